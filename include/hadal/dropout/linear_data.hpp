#pragma once

#include "hadal/types.hpp"

namespace hadal::dropout {

/// What a linear network is to learn: column n of `target` from column n of `input`. Without an
/// input it is the identity, and the network a factorisation of the target.
struct LinearData {
  Matrix target;  ///< outputs x samples
  Matrix input;   ///< inputs x samples, or empty

  bool identity() const { return input.size() == 0; }
  Index outputs() const { return target.rows(); }
  Index samples() const { return target.cols(); }
  Index inputs() const { return identity() ? samples() : input.rows(); }
};

/// Throws ArgumentError where the shapes do not fit, something is empty or a value is not finite.
void require_valid(const LinearData& data);

/// The same problem in the row space of the input X = K O^T, with O (samples x rank) orthonormal:
///   ||Y - M X||^2 = ||Y O - M K||^2 + ||Y||^2 - ||Y O||^2,
/// and second moments X X^T = K K^T, so that no more than rank samples are left. Where X is the
/// identity everything is as it was.
struct ReducedData {
  LinearData data;        ///< Y O, and K
  Matrix basis;           ///< O; empty: the identity
  Matrix inverse;         ///< pseudo-inverse of K, rank x inputs; empty: the identity
  double constant = 0;    ///< ||Y||^2 - ||Y O||^2, >= 0
  double condition = 1;   ///< of K
  bool full_rank = true;  ///< rank = inputs: every row of X counts
};

/// Singular values of X below 1e-10 of the largest are taken as zero.
ReducedData reduce(const LinearData& data);

}  // namespace hadal::dropout
