#pragma once

#include <cstdint>

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/kernel/tensor_pattern.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A function Q on the observed entries of a tensor as a matrix: row_modes (a bit mask) make its
/// rows and the others its columns, both in row-major order. Of a tensor that is not full, columns
/// (and rows, where more than one mode makes them) without entries are left out: they are zero, and
/// no norm or bound of the matrix sees them.
class Unfolding {
 public:
  Unfolding(const TensorPattern& tensor, const Vector& q, std::uint32_t row_modes);

  const ObservedPattern& pattern() const { return pattern_; }
  const Vector& values() const { return values_; }  ///< in the pattern's order

 private:
  struct Matrix {
    Entries entries;  ///< no indices where the tensor is full
    bool full = false;
  };
  static Matrix matrix_of(const TensorPattern& tensor, const Vector& q, std::uint32_t row_modes);
  explicit Unfolding(Matrix matrix);

  ObservedPattern pattern_;
  Vector values_;
};

/// Elements of the rows (of the columns) of an unfolding, as a double: the product may be large.
double unfolded_size(const std::vector<Index>& shape, std::uint32_t modes);

}  // namespace hadal
