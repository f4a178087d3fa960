#pragma once

#include <functional>

#include "hadal/model/unit_penalty.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What an activation of two slopes makes of t: mean t + half |t|.
struct TwoSlopes {
  double mean = 0.5, half = 0.5;
};

struct DirectionBoundOptions {
  /// Which u are unit vectors: those of l2 norm 1, or (path) of l1 norm 1 and then of one output.
  UnitPenalty norm = UnitPenalty::product;
  double target = 0;     ///< a bound as low as this is low enough
  double precision = 0;  ///< or one that exceeds the best value found by no more than this part
  Index nodes_max = 4'000'000;
  std::function<bool()> cancelled;
};

struct DirectionBound {
  double upper = 0;  ///< holds with certainty, rounding included
  double lower = 0;  ///< the largest value met
  Vector direction;  ///< where it was met
  Index nodes = 0;
};

/// max over unit vectors u of f(u) = || Q^T act(P u) ||, P: samples x dimensions (2 to 8), Q:
/// samples x outputs, bounded by branch and bound. The sphere is divided into the cones over boxes
/// on the faces of a cube, each inside a cap with the axis c. On a cap most arguments p_i^T u keep
/// their sign and are linear; of the others |p_i^T u| lies between 0 and its largest value h_i
/// there:
///   act(p^T u) = (mean + s half) p^T u + half w,  0 <= w <= h (1 + |s|),  for any s in [-1, 1],
/// so that with v the direction of f at c, A = C^T v what is linear along v, and B the part across,
///   f(u)^2 <= (max A^T u + sum of positive shares)^2 + (max |B u| + sum of shares across)^2.
/// The second term is of second order in the cap's size, and s is chosen so that the first one is,
/// too, where a maximum sits on kinks. Unit vectors of l1 norm are convex combinations of a box's
/// corners, scaled to length 1, where no coordinate changes its sign.
DirectionBound bound_directions(const Factor& points, const Factor& q, const TwoSlopes& slopes,
                                const DirectionBoundOptions& options);

/// A bound over l1 unit vectors u and v, for any number of dimensions: along an output k and a sign
///   +-sum_i q_ik act(p_i^T u) <= +-mean sum_i q_ik p_i^T u + half sum over +-q_ik > 0 |q_ik p_i^T
///   u|,
/// which is convex in u and hence largest at a corner +-e_j of the ball. Rounding is included.
double corner_bound(const Factor& points, const Factor& q, const TwoSlopes& slopes);

struct RelaxedBound {
  double upper = 0;          ///< holds with certainty, rounding included
  SingleVector multipliers;  ///< m: proves it
};

/// A bound for any number of dimensions: with m_i > 0
///   <q_i, v> |p_i^T u| <= (<q_i, v>^2 / m_i + m_i (p_i^T u)^2) / 2,
/// so that f is at most a quadratic form in (u, v), and twice the largest eigenvalue of a symmetric
/// matrix of order dimensions + outputs, which is lowered over m by a few dozen steps.
RelaxedBound relaxed_direction_bound(const Factor& points, const Factor& q,
                                     const TwoSlopes& slopes);

}  // namespace hadal
