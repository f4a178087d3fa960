#pragma once

#include "hadal/types.hpp"

/// Statements about symmetric matrices that hold with certainty, by a Cholesky factorisation in
/// floating point that runs to completion (Rump, Verification of positive definiteness, BIT 46,
/// 2006). A matrix is taken as exactly the doubles of its lower triangle.
namespace hadal::verify {

/// c >= 0 such that H + c I is positive semidefinite, as small as a few trials make it; infinity
/// where none is found.
double semidefinite_shift(const Matrix& h);

/// >= the largest eigenvalue of H.
double largest_eigenvalue(const Matrix& h);

/// A^T A as computed and a bound on its error in the 2-norm. Precondition: no entry above about
/// 2^500, so that nothing overflows.
struct Gram {
  Matrix matrix;
  double error = 0;
};
Gram gram_of(const Factor& a);

}  // namespace hadal::verify
