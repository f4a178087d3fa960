#pragma once

#include "hadal/network/activation.hpp"

namespace hadal {

/// Local maxima of f(u) = sum_i q_i act(x_i^T u) over unit vectors u, for an activation of two
/// slopes: f is linear on every cone on which no x_i^T u changes its sign.
class UnitAscent {
 public:
  /// x: samples x inputs; it must outlive the object.
  UnitAscent(const Factor& x, const Activation& activation);

  double value(const Vector& q, const Vector& u) const;
  /// Ascends from u, of length one, to a point with no direction of ascent, and returns f there. In
  /// every step the steepest direction is taken (the shortest supergradient, in which samples at a
  /// kink that holds the maximum take a slope in between), and f maximised exactly on the great
  /// circle through u in that direction.
  double ascend(const Vector& q, Vector& u) const;
  /// The same for max over unit v of f with q = Q v: u and v in turn.
  double ascend(const Factor& q, Vector& u, Vector& v) const;

 private:
  Vector steepest(const Vector& q, const Vector& u) const;

  const Factor& x_;
  Vector lengths_;
  double mean_, half_;  ///< act(t) = mean t + half |t|
};

/// The maximum over angles t of sum_i q_i act(a_i cos t + b_i sin t): exact up to rounding, in
/// O(n log n), by a sweep over the angles at which an argument changes its sign.
struct CirclePoint {
  double angle = 0, value = 0;
};
CirclePoint best_on_circle(const Vector& q, const Vector& a, const Vector& b, double mean,
                           double half);

}  // namespace hadal
