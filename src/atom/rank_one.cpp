#include "hadal/atom/rank_one.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/error.hpp"
#include "hadal/kernel/products.hpp"

namespace hadal {

RankOneFamily::RankOneFamily(const ObservedPattern& pattern, Vector row_scale, Vector column_scale)
    : pattern_(pattern), row_scale_(std::move(row_scale)), column_scale_(std::move(column_scale)) {
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
  return {Factor(pattern_.rows(), 0), Factor(pattern_.columns(), 0)};
}

void RankOneFamily::scale_rows(Factor& u) const {
  if (row_scale_.size()) u.array().colwise() *= row_scale_.array();
}

void RankOneFamily::scale_columns(Factor& v) const {
  if (column_scale_.size()) v.array().colwise() *= column_scale_.array();
}

Vector RankOneFamily::scaled(const Vector& q) const {
  if (row_scale_.size() == 0) return q;
  Vector out(q.size());
  pattern_.for_each(
      [&](Index k, Index i, Index j) { out[k] = row_scale_[i] * q[k] * column_scale_[j]; });
  return out;
}

void RankOneFamily::predict(const Atoms& atoms, Vector& z) const {
  if (row_scale_.size() == 0) {
    sampled_product(pattern_, atoms.u, atoms.v, z);
    return;
  }
  Factor u = atoms.u, v = atoms.v;
  scale_rows(u);
  scale_columns(v);
  sampled_product(pattern_, u, v, z);
}

double RankOneFamily::penalty(const Atoms& atoms) const {
  return (atoms.u.squaredNorm() + atoms.v.squaredNorm()) / 2;
}

PolarResult<RankOneAtoms> RankOneFamily::polar(const Vector& q, const Atoms& atoms,
                                               const PolarRequest& request) const {
  const Vector scaled_q = scaled(q);
  PolarResult<Atoms> result;
  if (request.proof == Proof::deterministic) {
    result.value = request.estimate;
    result.found = empty();
    result.bound = verified_spectral_bound(pattern_, scaled_q, request.lambda, request.precision,
                                           request.estimate);
    return result;
  }
  SplitResult split = split_spectral_search(pattern_, scaled_q, atoms.u, atoms.v, request);
  result.value = split.value;
  result.found = {std::move(split.u), std::move(split.v)};
  result.collected = std::move(split.collected);
  result.bound = std::move(split.bound);
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

void RankOneFamily::compress(Atoms& atoms) const {
  const Index r = atoms.size();
  if (r == 0) return;
  const Index ru = std::min(r, pattern_.rows()), rv = std::min(r, pattern_.columns());
  const Eigen::HouseholderQR<Matrix> qr_u(atoms.u), qr_v(atoms.v);
  const Matrix upper_u = qr_u.matrixQR().topRows(ru).triangularView<Eigen::Upper>();
  const Matrix upper_v = qr_v.matrixQR().topRows(rv).triangularView<Eigen::Upper>();
  const Eigen::BDCSVD<Matrix> svd(upper_u * upper_v.transpose(),
                                  Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& sigma = svd.singularValues();
  Index kept = 0;
  while (kept < sigma.size() && sigma[kept] > 1e-12 * sigma[0]) ++kept;
  const Vector root = sigma.head(kept).cwiseSqrt();
  Matrix u = Matrix::Zero(pattern_.rows(), kept), v = Matrix::Zero(pattern_.columns(), kept);
  u.topRows(ru) = svd.matrixU().leftCols(kept);
  v.topRows(rv) = svd.matrixV().leftCols(kept);
  u.applyOnTheLeft(qr_u.householderQ());
  v.applyOnTheLeft(qr_v.householderQ());
  atoms.u = u * root.asDiagonal();
  atoms.v = v * root.asDiagonal();
}

Vector singular_values(const RankOneAtoms& atoms) {
  return atoms.u.colwise().norm().cwiseProduct(atoms.v.colwise().norm()).transpose();
}

}  // namespace hadal
