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
/// and second moments X X^T = K K^T, so that no more than rank samples are left.
struct ReducedData {
  LinearData data;        ///< Y O, and K; empty where X is the identity: nothing is reduced
  Matrix basis;           ///< O; empty: the identity
  Matrix inverse;         ///< pseudo-inverse of K, rank x inputs; empty: the identity
  double condition = 1;   ///< of the rows of X that differ from each other and from zero
  bool full_rank = true;  ///< the rank is the number of those rows
};

/// Singular values of X below 1e-10 of the largest are taken as zero.
ReducedData reduce(const LinearData& data);

}  // namespace hadal::dropout
