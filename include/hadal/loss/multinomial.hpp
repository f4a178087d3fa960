#pragma once

#include <vector>

#include "hadal/loss/entry_losses.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// The second derivative of a MultinomialLoss: w (diag(p) - p p^T) for each group, and a little on
/// the diagonal where that almost vanishes.
class SoftmaxHessian {
 public:
  /// probability: p of all groups. weight: w of all entries, or empty for all ones.
  SoftmaxHessian(Index categories, Vector probability, const Vector& weight);

  static constexpr bool hessian_is_diagonal = false;
  void apply_hessian(Vector& s) const;
  const Vector& weight() const { return diagonal_; }

 private:
  Index categories_;
  Vector probability_, scale_, diagonal_;
};

/// Weighted sum over groups of C consecutive entries, the scores z of the categories of one entry
/// of the data, of
///   w (log(sum_b exp(z_b)) - z_c),   c the category that was observed.
/// Its conjugate at a is sum_b p_b log p_b with p = a + e_c, finite on the simplex alone.
///
/// With R = -G = w (e_c - softmax(z)), p = e_c - s R / w and D(s) = -sum w p log p over all
/// entries. A dual point whose p does not sum to one **exactly** proves nothing, since its
/// conjugate is infinite. So evaluate rounds R such that the doubles of a group sum to zero without
/// any error, and leave p >= 0 for all s in [0, 1].
class MultinomialLoss {
 public:
  /// target: 1 for the category that was observed, 0 for the others, group by group. weight: w, all
  /// > 0 and alike in a group, or empty for all ones. Throws ArgumentError unless there are 2 to
  /// 100 categories, on a size mismatch, and for a group that is not made up like that.
  MultinomialLoss(Index categories, Vector target, Vector weight = {});

  double evaluate(const Vector& z, Vector& residual) const;
  /// 2 w p (1 - p): diag(p) - p p^T is at most that, whose difference from it is diagonally
  /// dominant.
  void curvature(const Vector& z, Vector& curvature) const;
  SoftmaxHessian hessian_at(const Vector& z) const;
  /// residual: of `evaluate`. One with a group that does not sum to zero gets the bound 0.
  DualPoint dual(const Vector& residual, double s_max) const;

  const Vector& weight() const { return weight_; }
  const Vector& target() const { return target_; }

 private:
  double w(Index k) const { return weight_.size() ? weight_[k] : 1.0; }
  Index groups() const { return static_cast<Index>(chosen_.size()); }
  Vector probabilities(const Vector& z) const;
  double dual_slope(const Vector& residual, double s) const;
  DualTerm dual_of_group(const Vector& residual, Index group, long double s) const;

  Index categories_;
  Vector target_, weight_;
  std::vector<int> chosen_;  ///< c of each group
};

}  // namespace hadal
