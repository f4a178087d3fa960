#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Smallest and largest order of a tensor that is read from a file; of order 2 are matrices.
inline constexpr Index tensor_order_min = 3, tensor_order_max = 8;

/// Observed entries of a tensor of order K.
///
/// Invariants, established by `canonicalise` and `tensor_from_dense` and assumed by every consumer:
/// K >= 2 and all sizes >= 1; values finite; weights absent (all one) or one per entry, finite and
/// > 0. Either every position is observed: `index` is empty and values are in row-major order (the
/// last index runs fastest). Or index[m][k], of entry k in mode m, is from 0 to shape[m] - 1, and
/// entries are sorted by their indices, the first mode first, no position twice.
struct TensorEntries {
  std::vector<Index> shape;
  std::vector<std::vector<std::int32_t>> index;
  std::vector<double> value;
  std::vector<double> weight;

  Index order() const { return static_cast<Index>(shape.size()); }
  Index size() const { return static_cast<Index>(value.size()); }
  bool full() const { return index.empty(); }
};

/// Sorts entries in coordinate form, checks every invariant and resolves duplicates as the function
/// for matrices does. Where every position turns out to be observed, `index` is dropped.
/// Throws DataError naming the first offending entry (its position in the input, its indices and
/// value) and what was expected.
void canonicalise(TensorEntries& entries, Duplicates duplicates = Duplicates::error);

/// The observed entries of a dense array in row-major order: NaN means missing, infinity is refused
/// (DataError). Throws ArgumentError where shape and number of values do not fit.
TensorEntries tensor_from_dense(std::vector<Index> shape, std::vector<double> values);

/// A tensor as read from a file: its entries, and what its modes and their elements are called.
struct TensorData {
  TensorEntries entries;
  std::vector<std::string> mode_names;           ///< one per mode; empty: "mode 0" and so on
  std::vector<std::vector<std::string>> labels;  ///< of each mode; empty: numbered from 0
};

}  // namespace hadal
