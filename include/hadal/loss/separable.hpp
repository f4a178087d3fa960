#pragma once

#include "hadal/loss/entry_losses.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Weighted sum over entries, sum_k w_k e(z_k, y_k), of one of the losses of an entry.
///
/// With R = -G, f = R / w and e* the conjugate of e, D(s) = -sum w e*(-s f), a concave function of
/// s. It is maximised by secant steps on D', safeguarded by bisection; whichever s comes of that,
/// D(s) is then summed in extended precision with a bound on its rounding.
template <EntryLoss E>
class SeparableLoss {
 public:
  /// target: y, valid for E. weight: w, all > 0, or empty for all ones. Throws ArgumentError on a
  /// size mismatch.
  explicit SeparableLoss(E entry, Vector target, Vector weight = {});

  /// Infinite where exp overflows, which no descent accepts.
  double evaluate(const Vector& z, Vector& residual) const;
  void curvature(const Vector& z, Vector& curvature) const;
  DualPoint dual(const Vector& residual, double s_max) const;

  /// As above, with the second derivatives as they are, 0 included.
  double evaluate(const Vector& z, Vector& residual, Vector& second) const;

  /// What losses that are made from this one build their D(s) of: s up to scale_max, D'(s), and
  /// D(s), the numbers of which go through so many additions.
  static constexpr double scale_max = 1 - 0x1p-51;  // keeps s R, which was rounded, in the domain
  double dual_slope(const Vector& residual, double s) const;
  DualTerm dual_sum(const Vector& residual, double s) const;
  Index dual_additions() const;

  const Vector& weight() const { return weight_; }
  const Vector& target() const { return target_; }

 private:
  double w(Index k) const { return weight_.size() ? weight_[k] : 1.0; }

  E entry_;
  Vector target_, weight_;
};

using HuberLoss = SeparableLoss<HuberEntry>;
using LogisticLoss = SeparableLoss<LogisticEntry>;
using PoissonLoss = SeparableLoss<PoissonEntry>;

}  // namespace hadal
