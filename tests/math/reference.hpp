#pragma once

#include <Eigen/Dense>
#include <cmath>

#include "hadal/data/entries.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal::test {

/// The convex problem that a model claims to solve, as dense arrays, with an exact dual bound by a
/// full singular value decomposition and a plain convex solver: nothing in it knows of factors.
/// `unit` divides data and lambda, so that values of any magnitude can be handled.
template <class Real>
class Reference {
 public:
  using Dense = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  using Column = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

  Reference(const Entries& entries, const MatrixModel& model, double unit)
      : lambda_(Real(model.lambda) / Real(unit)),
        ridge_(model.offset.policy == OffsetPolicy::free && model.offset.terms != OffsetTerms::none
                   ? model.offset.ridge
                   : 0),
        y_(Dense::Zero(entries.rows, entries.columns)),
        w_(y_),
        s_(y_) {
    for (Index i = 0; i < s_.rows(); ++i)
      for (Index j = 0; j < s_.cols(); ++j) s_(i, j) = model.norm.at(i, j);
    for (Index k = 0; k < entries.size(); ++k) {
      const Index i = entries.row[k], j = entries.column[k];
      const double mean = ridge_ > 0 ? 0 : model.offset.at(i, j);
      y_(i, j) = Real(entries.value[k] - mean) / Real(unit);
      w_(i, j) = entries.weight.empty() ? 1 : entries.weight[k];
    }
    if (ridge_ > 0) prepare_offsets(model.offset.terms);
  }

  Real objective(const Dense& x) const { return loss(x) + lambda_ * nuclear_norm(x); }

  /// max D(s) over the s for which sigma_1(s Q) <= lambda holds: a lower bound on the minimum.
  Real dual(const Dense& x) const {
    const Dense r = residual(x);
    const Real polar = singular_values(s_.cwiseProduct(r)).maxCoeff();
    const Real linear = r.cwiseProduct(y_).sum();
    Real quadratic = 0;
    for (Index k = 0; k < r.size(); ++k)
      if (w_(k) > 0) quadratic += r(k) * r(k) / w_(k);
    if (ridge_ > 0) quadratic += gather(r).squaredNorm() / ridge_;
    Real s = polar > lambda_ ? lambda_ / polar : Real(1);
    if (quadratic > 0) s = std::min(s, std::max(Real(0), linear / quadratic));
    return s * linear - s * s * quadratic / 2;
  }

  struct Solution {
    Dense x;
    Real value, bound;
  };

  /// Accelerated proximal gradient with restarts from X = 0, to a relative gap of its own.
  Solution solve(Real relative_gap, int iterations) const {
    const Real step = 1 / w_.cwiseProduct(s_.cwiseAbs2()).maxCoeff();
    Dense x = Dense::Zero(y_.rows(), y_.cols()), ahead = x;
    Real momentum = 1;
    Solution best{x, objective(x), dual(x)};
    for (int i = 1; i <= iterations; ++i) {
      const Dense next = shrink(ahead + step * s_.cwiseProduct(residual(ahead)), step * lambda_);
      if ((ahead - next).cwiseProduct(next - x).sum() > 0) momentum = 1;  // it overshot
      const Real faster = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead = next + (momentum - 1) / faster * (next - x);
      momentum = faster;
      x = next;
      if (i % 20 != 0) continue;  // the figures cost more than a step
      if (const Real value = objective(x); value < best.value) best.x = x, best.value = value;
      best.bound = std::max(best.bound, dual(x));
      if (best.value - best.bound <= relative_gap * best.value) break;
    }
    return best;
  }

 private:
  void prepare_offsets(OffsetTerms terms) {
    const bool rows = terms == OffsetTerms::rows || terms == OffsetTerms::both;
    const bool columns = terms == OffsetTerms::columns || terms == OffsetTerms::both;
    const Index count = 1 + (rows ? y_.rows() : 0) + (columns ? y_.cols() : 0);
    basis_ = Dense::Zero(y_.size(), count);
    for (Index j = 0; j < y_.cols(); ++j)
      for (Index i = 0; i < y_.rows(); ++i) {
        const Index k = j * y_.rows() + i;
        basis_(k, 0) = 1;
        if (rows) basis_(k, 1 + i) = 1;
        if (columns) basis_(k, 1 + (rows ? y_.rows() : 0) + j) = 1;
      }
    Dense normal = basis_.transpose() * flat(w_).asDiagonal() * basis_;
    normal.diagonal().array() += ridge_;
    normal_.compute(normal);
  }

  static Column flat(const Dense& a) { return Eigen::Map<const Column>(a.data(), a.size()); }
  Column gather(const Dense& r) const { return basis_.transpose() * flat(r); }

  /// What is left of the data, offsets minimised out; sets their penalty.
  Dense remainder(const Dense& x, Real& penalty) const {
    Dense e = y_ - s_.cwiseProduct(x);
    penalty = 0;
    if (!(ridge_ > 0)) return e;
    const Column b = normal_.solve(gather(w_.cwiseProduct(e)));
    penalty = ridge_ * b.squaredNorm() / 2;
    const Column fitted = basis_ * b;
    return e - Eigen::Map<const Dense>(fitted.data(), e.rows(), e.cols());
  }
  Dense residual(const Dense& x) const {
    Real penalty;
    return w_.cwiseProduct(remainder(x, penalty));
  }
  Real loss(const Dense& x) const {
    Real penalty;
    const Dense e = remainder(x, penalty);
    return w_.cwiseProduct(e.cwiseAbs2()).sum() / 2 + penalty;
  }

  static Column singular_values(const Dense& a) {
    return Eigen::JacobiSVD<Dense>(a).singularValues();
  }
  static Real nuclear_norm(const Dense& a) { return singular_values(a).sum(); }
  /// Singular values less `by`, or zero. By the eigenvectors of the Gram matrix of the smaller
  /// side: the small values that lose digits there are those that are cut.
  static Dense shrink(const Dense& a, Real by) {
    if (a.rows() < a.cols()) return shrink(Dense(a.transpose()), by).transpose();
    const Eigen::SelfAdjointEigenSolver<Dense> eigen(Dense(a.transpose() * a));
    const Column sigma = eigen.eigenvalues().cwiseMax(Real(0)).cwiseSqrt();
    const auto kept = [&](Real s) { return s > by ? 1 - by / s : Real(0); };
    const Dense& v = eigen.eigenvectors();
    return a * v * sigma.unaryExpr(kept).asDiagonal() * v.transpose();
  }

  Real lambda_, ridge_;
  Dense y_, w_, s_;  ///< data, weights (0: not observed), and the scale of the norm
  Dense basis_;      ///< of the free offsets
  Eigen::LDLT<Dense> normal_;
};

}  // namespace hadal::test
