#pragma once

#include <cstdint>

#include "hadal/atom/atom.hpp"
#include "hadal/dropout/closed_form.hpp"
#include "hadal/dropout/linear_data.hpp"
#include "hadal/fit/fit_options.hpp"

namespace hadal::dropout {

/// Bounds on the singular values of a matrix A from approximate singular vectors P, Q.
struct SpectrumBound {
  Vector upper;     ///< sigma_i(A) <= upper[i], as many as were asked for
  PolarBound rest;  ///< of || A - P S Q^T ||, the values outside the span of P and Q
};

/// How the bound is to be had.
struct BoundRequest {
  ProofChoice proof = ProofChoice::automatic;
  double failure_probability = 1e-12;
  /// No product has a larger rank; of networks of any width, the smaller side of the target.
  Index rank_max = 0;
  double harmless = 0;  ///< a bound of the rest that is good enough
  std::uint64_t seed = 0;
};

/// With orthonormal bases (P, P') and (Q, Q') and S = P^T A Q, A is [S E; F G] in them, and
///   sigma_i(A) <= sigma_i([S 0; 0 G]) + max(||E||, ||F||)        (Weyl),
///   ||G|| <= ||A - P S Q^T||  for any S.
/// That last norm is bounded by a verified Cholesky factorisation of its Gram matrix or by Lanczos;
/// the rest is computed, and enlarged by all rounding and by how far P and Q are from orthonormal.
SpectrumBound bound_spectrum(const Matrix& a, const Matrix& p, const Matrix& q, Index count,
                             const BoundRequest& request);

/// A lower bound of the penalty of any network whose product is A: with the dual point Q = P
/// diag(g) Q'^T, strength N(sigma(A))^2 >= strength <Q, A>^2 / N*(Q)^2, and N*(Q) is at most that
/// of g times the norms of P and Q'. Holds for any P, g >= 0 (non-increasing) and Q', rounding
/// included.
double penalty_lower_bound(const Matrix& a, const InducedPenalty& penalty, const Matrix& p,
                           const Vector& g, const Matrix& q);

/// A lower bound of ||Y - M X||^2 + penalty over all networks, and how the singular values outside
/// the given vectors were bounded for it.
struct DropoutBound {
  double value = 0;
  PolarBound rest;
};

/// min over M = ||Y||^2 - explained(sigma(Y O)), and explained grows with every singular value: put
/// their upper bounds in. Where rows of the input depend on each other (but for equal rows and
/// zeros), or nearly, the row space is not known exactly, and O = I is taken instead, which gives a
/// valid but weaker bound. `left`, `right` (samples x d): approximate singular vectors of Y O O^T.
DropoutBound lower_bound(const LinearData& data, const ReducedData& reduced,
                         const InducedPenalty& penalty, const Matrix& left, const Matrix& right,
                         BoundRequest request);

}  // namespace hadal::dropout
