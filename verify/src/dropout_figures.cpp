#include "dropout_figures.hpp"

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

DropoutFigures dropout_figures(const DropoutModel& model, const LinearSamples& samples) {
  const auto& layers = model.network.layers;
  DropoutFigures figures;
  Matrix units = layers[0];
  if (samples.input.size()) units = units * samples.input;
  const Matrix first = units;
  double operations = static_cast<double>(samples.input.rows());
  double size = units.norm();
  for (std::size_t l = 1; l + 1 < layers.size(); ++l) {
    operations += static_cast<double>(units.rows());
    size *= layers[l].norm();
    units = layers[l] * units;
  }
  const Matrix rest = samples.target - layers.back() * units;
  figures.error = squares(rest);
  // The product is rounded by gamma of all its lengths times the product of the norms.
  operations += static_cast<double>(units.rows()) + 4;
  const Real rounding =
      Real{gamma(operations)} * (Real{size} * layers.back().norm() + samples.target.norm());
  figures.error_margin = 2 * rounding * std::sqrt(figures.error) + rounding * rounding;
  figures.penalty = layers.size() == 2 ? block_penalty(layers[1], units, model.noise)
                                       : deep_penalty(model.network, model.noise, first);
  figures.product_inner = std::move(units);
  return figures;
}

Real induced_strength(const DropoutModel& model) {
  Real product = 1;
  for (const Index width : model.network.widths())
    product *=
        1 + variance(model.noise) * static_cast<Real>(model.noise.block) / static_cast<Real>(width);
  return product - 1;
}

}  // namespace hadal::verify
