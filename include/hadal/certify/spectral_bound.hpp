#pragma once

#include "hadal/atom/atom.hpp"
#include "hadal/kernel/observed_pattern.hpp"

/// Bounds on sigma_1 of a matrix Q given by its observed entries.
namespace hadal {

/// What the split search found: lower values, directions, and the probabilistic bound.
struct SplitResult {
  double value = 0;               ///< lower value of sigma_1(Q)
  Factor u, v;                    ///< unit directions outside the model's spaces, best first
  std::vector<double> collected;  ///< u_k^T Q v_k
  PolarBound bound;
  double passes = 0;
};

/// Splits Q by the model's row and column spaces (design, section 4): with U, V orthonormal bases,
///   ||Q|| <= || [a b; c d] ||,  a = ||U^T Q V||, b = ||U^T Q (I - V V^T)||, c = ||(I - U U^T) Q
///   V||, d >= ||(I - U U^T) Q (I - V V^T)||,
/// a, b, c from thin products and d from Lanczos with the Kuczynski-Wozniakowski factor. Lanczos
/// runs until the bound is within `request.precision` of lambda, or at its limit, or until it has
/// found enough to grow by. u, v: factors with orthogonal columns (balanced atoms), possibly empty.
SplitResult split_spectral_search(const ObservedPattern& pattern, const Vector& q, const Factor& u,
                                  const Factor& v, const PolarRequest& request);

/// A bound w >= sigma_1(Q) that holds with certainty: w^2 I - Q Q^T (on the smaller side) is shown
/// positive semidefinite by a Cholesky factorisation in floating point that runs to completion
/// after a shift by all rounding errors (Rump, BIT 2006). Tries w = lambda (1 + precision) first,
/// then from `estimate`, a search value of sigma_1, upwards. Costs min(rows, columns)^3 / 3 flops
/// and min^2 doubles.
PolarBound verified_spectral_bound(const ObservedPattern& pattern, const Vector& q, double lambda,
                                   double precision, double estimate);

/// The same from Q Q^T (or Q^T Q) itself, its lower triangle known to within `error` in the 2-norm.
PolarBound verified_gram_bound(const Matrix& lower, double error, double lambda, double precision,
                               double estimate);

/// sigma_1(Q) to about 1e-13 relative, by Lanczos run until its value has settled: a search value,
/// not a bound.
double largest_singular_value(const ObservedPattern& pattern, const Vector& q);

/// Whether verified_spectral_bound is cheap enough to be the automatic choice.
bool verified_bound_is_cheap(const ObservedPattern& pattern);

}  // namespace hadal
