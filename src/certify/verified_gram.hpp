#pragma once

#include <limits>

#include "hadal/types.hpp"

/// Bounds on the largest eigenvalue of a Gram matrix that hold with certainty.
namespace hadal {

inline constexpr double unit_roundoff = std::numeric_limits<double>::epsilon() / 2;

/// gamma_n = n u / (1 - n u), the constant of Higham, Accuracy and Stability, section 3.1.
inline double rounding_gamma(double n) { return n * unit_roundoff / (1 - n * unit_roundoff); }

/// Floating-point symmetric matrix K, lower triangle, and a bound on || K - exact K ||.
struct Gram {
  Matrix lower;
  double error = 0;
};

/// A^T A of a tall matrix.
Gram gram_of_tall(const Factor& a);

/// Smallest w this test proves for the trial t = w_trial^2, that is lambda_max(exact K) <= w^2, or
/// infinity.
double proves(const Gram& gram, double trial);

/// A proven w, from an estimate of sqrt(lambda_max(K)) upwards: the excess grows tenfold from
/// `precision`. Infinity where nothing can be proved.
double verified_root(const Gram& gram, double estimate, double precision);

}  // namespace hadal
