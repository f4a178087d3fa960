#pragma once

#include <cstdint>
#include <functional>

#include "hadal/types.hpp"

namespace hadal::dropout {

/// The largest singular values of a matrix, non-increasing, with their vectors as columns.
struct SingularTriplets {
  Vector values;
  Matrix left, right;
  double passes = 0;  ///< products with the matrix or its transpose, per column of it

  Index size() const { return values.size(); }
};

/// All singular values, non-increasing; none of an empty matrix.
Vector singular_values(const Matrix& a);

/// How many of the singular values found so far are wanted. It may ask for one more than there are:
/// then more are found.
using Wanted = std::function<Index(const Vector& found)>;

/// The triplets that `wanted` asks for, by block Lanczos on A^T A with full orthogonalisation,
/// never restarted (Golub, Luk and Overton 1981): every step is two products with a thin block. It
/// ends when ||A^T u - s v|| <= accuracy * s_1 for all that are wanted, and no more are wanted
/// after the space has grown from a random block of its own: of a value that is repeated more often
/// than a block is wide, one start holds only as many. Small matrices are decomposed whole. These
/// are search values; bounds are another matter.
SingularTriplets leading_singular(const Matrix& a, const Wanted& wanted, double accuracy,
                                  std::uint64_t seed);

}  // namespace hadal::dropout
