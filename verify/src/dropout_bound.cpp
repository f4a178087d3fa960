#include "dropout_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "cholesky_bound.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "lanczos.hpp"

namespace hadal::verify {
namespace {

/// || P^T P - I || and its rounding: how far the nearest orthonormal matrix is, and more.
double orthonormality(const Matrix& p) {
  const Matrix gram = p.transpose() * p - Matrix::Identity(p.cols(), p.cols());
  return gram.norm() + gamma(static_cast<double>(p.rows()) + 4) *
                           (p.squaredNorm() + static_cast<double>(p.cols()));
}

/// The part of the target in the span of the rows of X, as coordinates; `lost`, relative to the
/// target's norm, bounds what that does to singular values.
struct Span {
  Matrix target, right;
  double lost = 0;
  bool whole = true;  ///< the target is the one that the proof's vectors are of
};

/// Rows that are zero, or equal to another, add nothing to what V^T X can be.
Matrix without_repeats(const Matrix& x) {
  std::vector<Index> rows;
  for (Index i = 0; i < x.rows(); ++i) {
    bool adds = (x.row(i).array() != 0).any();
    for (const Index k : rows) adds = adds && (x.row(i).array() != x.row(k).array()).any();
    if (adds) rows.push_back(i);
  }
  return x(rows, Eigen::all);
}

Span span_of(const LinearSamples& samples, const Matrix& right) {
  constexpr double condition_max = 1e8;
  const Matrix x = without_repeats(samples.input);
  if (x.size() == 0 || samples.input.rows() >= x.cols())
    return {samples.target, right, 0, samples.input.size() == 0};
  const Matrix columns = x.transpose();
  const Eigen::HouseholderQR<Matrix> qr(columns);
  const Matrix triangle = qr.matrixQR().topRows(x.rows()).triangularView<Eigen::Upper>();
  const Vector values = Eigen::BDCSVD<Matrix>(triangle).singularValues();
  const double least = values[values.size() - 1];
  if (!(least * condition_max > values[0]))
    return {samples.target, right, 0, samples.input.size() == 0};
  const Matrix basis = qr.householderQ() * Matrix::Identity(x.cols(), x.rows());
  Span span{samples.target * basis, basis.transpose() * right, 0};
  // The factorisation is that of a matrix within gamma of X, the constant growing with rows times
  // columns (Higham 2002, theorem 19.4), so that M X leaves the span by no more than `condition`
  // times that.
  span.lost = orthonormality(basis) +
              4 * gamma(static_cast<double>(x.cols()) + 8) * static_cast<double>(x.rows()) +
              8 * (values[0] / least) * gamma(8 * static_cast<double>(x.rows() * x.cols()));
  return span;
}

/// Lanczos on the Gram matrix of the smaller side.
Lanczos lanczos_of(const Matrix& d, const Vector& start) {
  const bool tall = d.rows() >= d.cols();
  return Lanczos(
      [&d, tall](const Vector& x) -> Vector {
        return tall ? Vector(d.transpose() * (d * x).eval())
                    : Vector(d * (d.transpose() * x).eval());
      },
      start);
}

/// A lower value of || D ||.
double searched_norm(const Matrix& d) {
  constexpr Index steps = 40;
  Lanczos search = lanczos_of(d, random_direction(std::min(d.rows(), d.cols())));
  search.extend_to(steps);
  return std::sqrt(std::max(0.0, search.largest()));
}

PolarBound cholesky(const Matrix& d, double harmless) {
  PolarBound bound;
  bound.proof = Proof::deterministic;
  bound.failure_probability = 0;
  bound.method = "verified Cholesky factorisation";
  const Matrix lines = d.rows() >= d.cols() ? d : Matrix(d.transpose());
  const Index n = lines.cols();
  Matrix gram = Matrix::Zero(n, n);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(lines.transpose());
  const Matrix magnitude = lines.cwiseAbs();
  const Vector sums = magnitude.transpose() * magnitude.rowwise().sum();
  const double margin =
      1.01 * gamma(static_cast<double>(lines.rows()) + 2) * sums.maxCoeff() + 1e-290;
  const double search = searched_norm(d);
  const CholeskyBound proof(std::move(gram), margin);
  bound.search = search;
  bound.bound = harmless > search && proof.proves(harmless)
                    ? harmless
                    : proof.bound(search, [&](double w) { return w <= harmless; });
  return bound;
}

PolarBound lanczos(const Matrix& d, double failure_probability, double harmless) {
  PolarBound bound;
  bound.proof = Proof::probabilistic;
  bound.failure_probability = failure_probability;
  bound.method = "Lanczos from a start of the system's entropy";
  const Index n = std::min(d.rows(), d.cols());
  Lanczos search = lanczos_of(d, random_direction(n));
  const double rounding = gamma(static_cast<double>(d.rows() + d.cols()) + 16) * d.norm();
  constexpr std::array<Index, 6> counts{16, 32, 64, 128, 256, 512};
  bound.bound = d.norm() * (1 + gamma(2 * static_cast<double>(d.size()) + 64));
  for (const Index steps : counts) {
    const Index made = search.extend_to(steps);
    const double value = search.largest();
    bound.search = std::sqrt(std::max(0.0, value));
    const double e = made == n
                         ? 1e-10
                         : kuczynski_wozniakowski(
                               n, made, failure_probability / static_cast<double>(counts.size()));
    if (e < 1) bound.bound = std::min(bound.bound, std::sqrt(value / (1 - e)) + 2 * rounding);
    if (bound.bound <= harmless || made == n) break;
  }
  return bound;
}

/// The e that maximises the bound: s_i between e_i / (strength / (1 + strength)) and itself
/// wherever one level t lies, found by bisection on sum of min(1, strength (s_i / t - 1)_+) = k.
/// Any e gives a valid bound, so that nothing here needs a proof.
struct SupportDual {
  Vector e;
  double level = 0;  ///< t: values up to it change nothing
};

SupportDual dual_of(const Vector& s, double strength, Index k) {
  const double kept = strength / (1 + strength);
  Vector e = kept * s;
  if (!(strength > 0) || (s.array() > 0).count() <= k) return {e, 0};
  double low = 0, high = s[0];
  for (int step = 0; step < 200; ++step) {
    const double t = (low + high) / 2;
    double used = 0;
    for (const double value : s) used += std::clamp(strength * (value / t - 1), 0.0, 1.0);
    (used > static_cast<double>(k) ? low : high) = t;
  }
  for (Index i = 0; i < s.size(); ++i) e[i] = std::max(kept * s[i], std::min(s[i], high));
  return {e, low};
}

Real explained_at_most(const Vector& s, double strength, Index k) {
  const Vector e = dual_of(s, strength, k).e;
  std::vector<double> largest(e.begin(), e.end());
  std::ranges::sort(largest, std::greater());
  Real kept = 0, dual = 0;
  for (Index i = 0; i < s.size(); ++i) {
    const Real rest = Real{s[i]} - Real{e[i]};
    kept += rest * rest;
    const Real value = largest[static_cast<std::size_t>(i)];
    if (i < k) dual += value * value;
  }
  if (dual > 0) kept += dual / Real{strength};
  return kept * (1 + wide_gamma(static_cast<Real>(s.size()) + 8));
}

}  // namespace

DropoutLowerBound dropout_lower_bound(const DropoutModel& model, const LinearSamples& samples) {
  const auto strength = static_cast<double>(induced_strength(model));
  const Index k = model.noise.block;
  const Span span = span_of(samples, model.proof_right);
  const Matrix &p = model.proof_left, &q = span.right, &y = span.target;
  // A claim about every width is one about products of every rank.
  const auto widths = model.network.widths();
  Index count = std::min(y.rows(), y.cols());
  if (!model.auto_width) count = std::min(count, *std::ranges::min_element(widths));

  DropoutLowerBound result;
  result.singular = span.whole;
  result.vectors_off = std::max(orthonormality(p), orthonormality(q));
  // Where they are this far from orthonormal nothing is proved: every objective is at least 0.
  if (!(result.vectors_off < 0.25)) {
    result.rest.method = "vectors that are not orthonormal";
    result.rest.bound = samples.target.norm();
    return result;
  }
  const Matrix yq = y * q, py = p.transpose() * y, s = p.transpose() * yq;
  const Matrix rest = y - (p * s) * q.transpose();
  const double size = samples.target.norm();
  // Products are rounded by gamma of their lengths times the norms that enter, sqrt(d) each of P
  // and Q; the nearest orthonormal matrices differ from P and Q by their loss of orthonormality at
  // most.
  const double length = static_cast<double>(y.rows() + y.cols() + 2 * p.cols()) + 8;
  const double rounding =
      size * (span.lost + 8 * result.vectors_off +
              8 * gamma(length) * static_cast<double>(std::max<Index>(1, p.cols())));
  result.residual = std::max((yq - p * s).norm(), (py - s * q.transpose()).norm()) + rounding;

  std::vector<double> inside;
  if (s.size()) {
    const Vector values = Eigen::BDCSVD<Matrix>(s).singularValues();
    inside.assign(values.begin(), values.end());
  }
  Real total = 0;
  for (Index i = 0; i < samples.target.size(); ++i)
    total += Real{samples.target.data()[i]} * Real{samples.target.data()[i]};
  const Real margin =
      total * (wide_gamma(static_cast<Real>(samples.target.size()) + 8) + 4 * Real{span.lost});
  const auto value_with = [&](double outside) {
    std::vector<double> values = inside;
    values.resize(inside.size() + static_cast<std::size_t>(count), outside + rounding);
    std::ranges::sort(values, std::greater());
    Vector upper(count);
    for (Index i = 0; i < count; ++i)
      upper[i] = values[static_cast<std::size_t>(i)] + result.residual;
    return total - margin - explained_at_most(upper, strength, k);
  };

  // The largest norm of the rest that changes nothing.
  const auto found = static_cast<Index>(inside.size());
  const Vector known = Eigen::Map<const Vector>(inside.data(), std::min(found, count));
  const double harmless =
      found >= count && count > 0 ? known[count - 1] : dual_of(known, strength, k).level;
  const bool by_cholesky = model.certificate.proof == Proof::deterministic &&
                           std::min(y.rows(), y.cols()) <= CholeskyBound::largest_order;
  const double failure =
      model.certificate.failure_probability > 0 && model.certificate.failure_probability < 1
          ? model.certificate.failure_probability
          : 1e-12;
  const double target = (1 - 1e-9) * harmless - rounding - result.residual;
  result.rest = by_cholesky ? cholesky(rest, target) : lanczos(rest, failure, target);
  result.value = std::max(Real{0}, value_with(result.rest.bound));
  return result;
}

DropoutLowerBound penalty_lower_bound(const DropoutModel& model, const LinearSamples& samples) {
  DropoutLowerBound result;
  const Matrix &p = model.proof_left, &r = model.proof_right, &y = samples.target;
  result.vectors_off = std::max(orthonormality(p), orthonormality(r));
  result.rest.method = "dual point of the norm";
  if (!(result.vectors_off < 0.25)) return result;
  result.rest.proof = Proof::deterministic;
  result.rest.failure_probability = 0;
  const Matrix yr = y * r;
  Vector x(p.cols());  // p_i^T Y r_i
  for (Index i = 0; i < p.cols(); ++i) x[i] = p.col(i).dot(yr.col(i));
  result.residual = (yr - p * x.asDiagonal()).norm();
  // Any g is valid; the limit of the dual of a penalty that goes to zero is the right one.
  Vector sorted = x.cwiseMax(0);
  std::sort(sorted.begin(), sorted.end(), std::greater());
  constexpr double small = 1e-9;
  const Vector g = dual_of(sorted, small, model.noise.block).e / small;
  Real inner = 0, square = 0;
  for (Index i = 0; i < g.size(); ++i) {
    inner += Real{g[i]} * Real{x[i]};
    if (i < model.noise.block) square += Real{g[i]} * Real{g[i]};
  }
  if (!(square > 0)) return result;
  const double length = static_cast<double>(y.rows() + y.cols() + g.size()) + 8;
  const Real margin = Real{gamma(length)} * p.norm() * y.norm() * r.norm() * g.norm();
  const Real norms = 1 + 2 * Real{result.vectors_off} + gamma(length);
  const Real kept = std::max(Real{0}, inner - margin) / norms;
  result.value = induced_strength(model) * kept / square * kept;
  return result;
}

}  // namespace hadal::verify
