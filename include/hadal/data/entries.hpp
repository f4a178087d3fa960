#pragma once

#include <cstdint>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// Observed entries of a rows x columns matrix, in coordinate form.
///
/// Invariants, established by `canonicalise` and assumed by every consumer: 0 <= row < rows,
/// 0 <= column < columns, values finite, sorted by (row, column), no position twice, weights
/// either absent (all one) or one per entry, finite and > 0.
struct Entries {
  Index rows = 0;
  Index columns = 0;
  std::vector<std::int32_t> row;
  std::vector<std::int32_t> column;
  std::vector<double> value;
  std::vector<double> weight;

  Index size() const { return static_cast<Index>(value.size()); }
};

/// What to do with a position that is given more than once.
enum class Duplicates { error, mean };

/// Sorts the entries by (row, column), checks every invariant above and resolves duplicates
/// (`mean` averages the values, weighted by the weights, and adds up the weights: entries without
/// weights get them, the number of values behind each mean, where there was a duplicate).
/// Throws DataError naming the first offending entry (its position in the input, its indices and
/// value) and what was expected.
void canonicalise(Entries& entries, Duplicates duplicates = Duplicates::error);

/// The observed entries of a dense array: NaN means missing, infinity is refused (DataError).
Entries entries_from_dense(const Factor& dense);

}  // namespace hadal
