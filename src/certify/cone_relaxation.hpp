#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// On the cone {C theta : theta >= 0}, with P = Q C: A = P + N, N >= 0 (if the other factor is
/// >= 0; else N = 0) and M >= 0 symmetric with
///   s C^T C - A^T A - M positive semidefinite
/// prove (u^T Q v)^2 <= s ||u||^2 ||v||^2 for every v of the cone. This is a point of that set.
struct ConePoint {
  Matrix cover;       ///< N, positive; 0 x 0 where u may have either sign
  Matrix gram_cover;  ///< M, positive
  double square = 0;  ///< s

  /// The same on a cone inside: C S, S >= 0.
  ConePoint inside(const Matrix& s) const;
};

/// A strictly feasible point.
ConePoint cone_start(const Matrix& q, const Matrix& rays, bool u_nonnegative);

/// Lowers s by a primal barrier method from a strictly feasible point, until s <= target, or s
/// cannot become so (up to the accuracy of the barrier's gap), or nothing is gained.
void improve(const Matrix& q, const Matrix& rays, double target, ConePoint& point);

}  // namespace hadal
