#include "dropout_figures.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hadal::verify {
namespace {

using WideMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

Real variance(const Noise& noise) { return (1 - Real{noise.retain}) / Real{noise.retain}; }

Real squares(const Matrix& a) {
  Real sum = 0;
  for (Index k = 0; k < a.size(); ++k) sum += Real{a.data()[k]} * Real{a.data()[k]};
  return sum;
}

/// <u_i, u_j> of two columns, and of two rows.
template <class First, class Second>
Real dot(const First& a, const Second& b) {
  Real sum = 0;
  for (Index k = 0; k < a.size(); ++k) sum += Real{a[k]} * Real{b[k]};
  return sum;
}

/// m sum over the blocks B of ||U_B H_B||^2, by the inner products of units in the same block.
Real block_penalty(const Matrix& u, const Matrix& h, const Noise& noise) {
  Real sum = 0;
  for (Index i = 0; i < u.cols(); ++i) {
    const Index begin = i / noise.block * noise.block;
    for (Index j = begin; j < begin + noise.block; ++j)
      sum += dot(u.col(i), u.col(j)) * dot(h.row(i), h.row(j));
  }
  return variance(noise) * sum;
}

/// Of several layers of plain dropout: the second moment S of the noisy units passes the layers, S
/// -> W (S + m diag(S)) W^T, and what the units' own second moment would be is taken off at the
/// end, in a type wide enough for the difference.
Real deep_penalty(const LinearNetwork& network, const Noise& noise, const Matrix& first) {
  const Real m = variance(noise);
  WideMatrix noisy(first.rows(), first.rows());
  for (Index i = 0; i < first.rows(); ++i)
    for (Index j = 0; j <= i; ++j) noisy(i, j) = noisy(j, i) = dot(first.row(i), first.row(j));
  WideMatrix plain = noisy;
  for (std::size_t l = 1; l < network.layers.size(); ++l) {
    const WideMatrix w = network.layers[l].cast<Real>();
    noisy.diagonal() += m * WideMatrix(noisy.diagonal());
    noisy = (w * noisy * w.transpose()).eval();
    plain = (w * plain * w.transpose()).eval();
  }
  return noisy.trace() - plain.trace();
}

}  // namespace

namespace {

/// W X in a type wide enough for rows of X that nearly cancel, rounded once.
Matrix first_units(const Matrix& w, const Matrix& x) {
  if (x.size() == 0) return w;
  Matrix units(w.rows(), x.cols());
#pragma omp parallel for schedule(static)
  for (Index n = 0; n < x.cols(); ++n)
    for (Index i = 0; i < w.rows(); ++i) units(i, n) = static_cast<double>(dot(w.row(i), x.col(n)));
  return units;
}

}  // namespace

DropoutFigures dropout_figures(const DropoutModel& model, const LinearSamples& samples) {
  const auto& layers = model.network.layers;
  DropoutFigures figures;
  Matrix units = first_units(layers[0], samples.input);
  const Matrix first = units;
  // How far these are from exact: one rounding each, and those of the wide sums.
  Real off = 0;
  if (samples.input.size())
    off = Real{unit} * units.norm() + wide_gamma(static_cast<Real>(samples.input.rows()) + 2) *
                                          Real{layers[0].norm()} * samples.input.norm();
  Real above = 1;  // the norms of the layers that follow
  double operations = 4;
  for (std::size_t l = 1; l < layers.size(); ++l) {
    above *= layers[l].norm();
    operations += static_cast<double>(layers[l].cols());
    if (l + 1 < layers.size()) units = layers[l] * units;
  }
  const Matrix rest = samples.target - layers.back() * units;
  figures.error = squares(rest);
  // Products are rounded by gamma of all their lengths times the product of the norms.
  const Real rounding =
      Real{gamma(operations)} * (above * first.norm() + samples.target.norm()) + above * off;
  figures.error_margin = 2 * rounding * std::sqrt(figures.error) + rounding * rounding;

  const bool shallow = layers.size() == 2;
  figures.penalty = shallow ? block_penalty(layers[1], units, model.noise)
                            : deep_penalty(model.network, model.noise, first);
  // Its square root is a norm of what the first units become under the noise: linear in them, and
  // at most (1 + m) a hidden layer larger.
  const Real noisy = std::pow(1 + variance(model.noise), static_cast<Real>(layers.size() - 1));
  const Real moved = above * std::sqrt(noisy) * off;
  // Sums of one layer have no more to lose than themselves; those of several are a difference.
  const Real summed = shallow ? variance(model.noise) : noisy;
  figures.penalty_margin =
      moved * (2 * std::sqrt(std::max(Real{0}, figures.penalty)) + moved) +
      wide_gamma(8 * static_cast<Real>(operations + static_cast<double>(first.cols()))) * summed *
          above * above * first.squaredNorm();
  figures.last_units = std::move(units);
  return figures;
}

/// prod (1 + x_l) - 1 without the cancellation of writing it so.
Real induced_strength(const DropoutModel& model) {
  Real strength = 0;
  for (const Index width : model.network.widths()) {
    const Real one =
        variance(model.noise) * static_cast<Real>(model.noise.block) / static_cast<Real>(width);
    strength += one + strength * one;
  }
  return strength;
}

}  // namespace hadal::verify
