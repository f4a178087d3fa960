#include "hadal/atom/rank_one.hpp"

#include <optional>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/error.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/kernel/tall.hpp"

namespace hadal {

RankOneFamily::RankOneFamily(CoefficientSpace space, Vector row_scale, Vector column_scale)
    : space_(std::move(space)),
      row_scale_(std::move(row_scale)),
      column_scale_(std::move(column_scale)) {
  const ObservedPattern& pattern = space_.data();
  if (!space_.plain() && row_scale_.size() + column_scale_.size() > 0)
    throw ArgumentError(
        "rank-one atoms: scales of rows or columns were given with a dictionary; expected one of "
        "the two");
  const auto fits = [](const Vector& scale, Index count) {
    return scale.size() == 0 || scale.size() == count;
  };
  if (!fits(row_scale_, pattern.rows()) || !fits(column_scale_, pattern.columns())) {
    throw ArgumentError("rank-one atoms: " + std::to_string(row_scale_.size()) + " row and " +
                        std::to_string(column_scale_.size()) + " column scales for a " +
                        std::to_string(pattern.rows()) + " x " + std::to_string(pattern.columns()) +
                        " matrix; expected one for each, or none");
  }
}

RankOneAtoms RankOneFamily::empty() const {
  return {Factor(space_.rows(), 0), Factor(space_.columns(), 0)};
}

void RankOneFamily::lift_rows(Factor& u) const {
  if (row_scale_.size()) u.array().colwise() *= row_scale_.array();
  space_.lift_rows(u);
}

void RankOneFamily::lift_columns(Factor& v) const {
  if (column_scale_.size()) v.array().colwise() *= column_scale_.array();
  space_.lift_columns(v);
}

void RankOneFamily::pull_rows(Factor& g) const {
  if (row_scale_.size()) g.array().colwise() *= row_scale_.array();
  space_.pull_rows(g);
}

void RankOneFamily::pull_columns(Factor& g) const {
  if (column_scale_.size()) g.array().colwise() *= column_scale_.array();
  space_.pull_columns(g);
}

Vector RankOneFamily::pull(Vector q) const {
  if (!space_.plain()) return space_.pull(q);
  if (row_scale_.size() == 0) return q;
  space_.data().for_each(
      [&](Index k, Index i, Index j) { q[k] = row_scale_[i] * q[k] * column_scale_[j]; });
  return q;
}

void RankOneFamily::predict(const Atoms& atoms, Vector& z) const {
  if (!lifts()) {
    sampled_product(space_.data(), atoms.u, atoms.v, z);
    return;
  }
  Factor u = atoms.u, v = atoms.v;
  lift_rows(u);
  lift_columns(v);
  sampled_product(space_.data(), u, v, z);
}

double RankOneFamily::penalty(const Atoms& atoms) const {
  return (atoms.u.squaredNorm() + atoms.v.squaredNorm()) / 2;
}

PolarResult<RankOneAtoms> RankOneFamily::polar(const Vector& q, const Atoms& atoms,
                                               const PolarRequest& request) const {
  const Vector own = lifts() ? pull(q) : Vector();
  const Vector& pulled = lifts() ? own : q;
  const ObservedPattern& pattern = space_.pattern();
  PolarResult<Atoms> result;
  if (request.proof == Proof::deterministic) {
    result.value = request.estimate;
    result.found = empty();
    result.bound = verified_spectral_bound(pattern, pulled, request.lambda, request.precision,
                                           request.estimate);
    result.bound.value += space_.pull_error(q);
    return result;
  }
  SplitResult split = split_spectral_search(pattern, pulled, atoms.u, atoms.v, request);
  result.value = split.value;
  result.found = {std::move(split.u), std::move(split.v)};
  result.collected = std::move(split.collected);
  result.bound = std::move(split.bound);
  if (result.bound.proof != Proof::none) result.bound.value += space_.pull_error(q);
  result.passes = split.passes;
  return result;
}

void RankOneFamily::append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
                           double scale) const {
  const Index old = atoms.size(), added = static_cast<Index>(amounts.size());
  atoms.u.conservativeResize(Eigen::NoChange, old + added);
  atoms.v.conservativeResize(Eigen::NoChange, old + added);
  for (Index c = 0; c < added; ++c) {
    const double root = std::sqrt(scale * amounts[c]);
    atoms.u.col(old + c) = root * found.u.col(c);
    atoms.v.col(old + c) = root * found.v.col(c);
  }
}

namespace {

/// A factor as orthonormal columns times a small square (or wide) matrix.
struct Orthonormal {
  Factor basis;
  Matrix small;
};

/// Cholesky QR: fast, and orthonormal to about eps * condition^2, hence only for columns that are
/// far from dependent. Nothing when they are not.
std::optional<Orthonormal> cholesky_qr(const Factor& factor) {
  const Vector norms = factor.colwise().norm();
  if (!(norms.minCoeff() > 0)) return {};
  const Factor unit = factor * norms.cwiseInverse().asDiagonal();
  const Matrix gram = tall_inner(unit, unit);
  const Eigen::LLT<Matrix> cholesky(gram);
  if (cholesky.info() != Eigen::Success) return {};
  const Matrix lower = cholesky.matrixL();
  if (!(lower.diagonal().minCoeff() > 0.3)) return {};
  const Matrix inverse =
      cholesky.matrixU().solve(Matrix(Matrix::Identity(factor.cols(), factor.cols())));
  Orthonormal result{Factor::Zero(factor.rows(), factor.cols()),
                     lower.transpose() * norms.asDiagonal()};
  add_tall_product(unit, inverse, 1.0, result.basis);
  return result;
}

Orthonormal householder_qr(const Factor& factor) {
  const Index rank = std::min(factor.rows(), factor.cols());
  const Eigen::HouseholderQR<Matrix> qr(factor);
  return {Factor(qr.householderQ() * Matrix::Identity(factor.rows(), rank)),
          Matrix(qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>())};
}

Orthonormal orthonormal(const Factor& factor) {
  if (factor.rows() >= factor.cols()) {
    if (auto fast = cholesky_qr(factor)) return *std::move(fast);
  }
  return householder_qr(factor);
}

}  // namespace

void RankOneFamily::compress(Atoms& atoms) const {
  if (atoms.size() == 0) return;
  const Orthonormal u = orthonormal(atoms.u), v = orthonormal(atoms.v);
  const Eigen::BDCSVD<Matrix> svd(u.small * v.small.transpose(),
                                  Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& sigma = svd.singularValues();
  Index kept = 0;
  while (kept < sigma.size() && sigma[kept] > 1e-12 * sigma[0]) ++kept;
  const Vector root = sigma.head(kept).cwiseSqrt();
  atoms.u = Factor::Zero(space_.rows(), kept);
  atoms.v = Factor::Zero(space_.columns(), kept);
  add_tall_product(u.basis, Matrix(svd.matrixU().leftCols(kept) * root.asDiagonal()), 1.0, atoms.u);
  add_tall_product(v.basis, Matrix(svd.matrixV().leftCols(kept) * root.asDiagonal()), 1.0, atoms.v);
}

Vector singular_values(const RankOneAtoms& atoms) {
  return atoms.u.colwise().norm().cwiseProduct(atoms.v.colwise().norm()).transpose();
}

}  // namespace hadal
