#pragma once

#include "dropout_figures.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// A lower bound of the objective over all linear networks of the model's widths and noise.
///
/// The penalty of any of them is at least strength N_k(sigma(M X))^2 with N_k the k-support norm, k
/// the units in a block, and by von Neumann's inequality ||Y - M X||^2 >= sum (sigma_i(Y) -
/// sigma_i(M X))^2. So with s >= sigma(Y) element by element, cut to the rank that fits through the
/// layers,
///   F >= ||Y||^2 - ||s - e||^2 - (sum of the k largest e_i^2) / strength   for any 0 <= e <= s,
/// because what is taken off is the maximum over x of 2 <s, x> - ||x||^2 - strength N_k(x)^2, or
/// more, and that maximum grows with s. Where the input X has rows of full rank, well conditioned,
/// Y may be replaced by its part in their span.
struct DropoutLowerBound {
  Real value = 0;
  PolarBound rest;         ///< of the singular values outside the proof's vectors
  double vectors_off = 0;  ///< how far the proof's vectors are from orthonormal
  double residual = 0;     ///< how far their values are from singular values of the target
  bool singular = true;    ///< they ought to be its singular vectors
};

DropoutLowerBound dropout_lower_bound(const DropoutModel& model, const LinearSamples& samples);

/// A lower bound of what the noise adds to any network that computes the target: with Q = P diag(g)
/// R^T, P and R the proof's vectors, strength N_k(sigma(Y))^2 >= strength <Q, Y>^2 / N*(Q)^2, where
/// N* is the 2-norm of the k largest singular values, at most that of g times the norms of P and R.
DropoutLowerBound penalty_lower_bound(const DropoutModel& model, const LinearSamples& samples);

}  // namespace hadal::verify
