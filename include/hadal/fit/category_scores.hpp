#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/data/tensor_entries.hpp"

namespace hadal {

/// The entries of the matrix of scores that a multinomial loss is about, rows x (columns C): entry
/// (i, j) of the data becomes C entries (i, j C + c), of value 1 where c is its category and 0
/// elsewhere, with its weight. Canonical entries stay so. Throws DataError where the result is
/// larger than indices can say. Precondition: every value is one of the categories.
Entries scores_of(const Entries& entries, const std::vector<std::int64_t>& categories);

/// Every entry of a tensor as `categories` entries of one with another mode, the last one, of that
/// size; of value 0, with its weight. Canonical entries stay so. Throws DataError where the result
/// is larger than indices can say.
TensorEntries score_positions(const TensorEntries& entries, Index categories);
/// The same with the value 1 where the data have the category. Precondition: every value is one.
TensorEntries scores_of(const TensorEntries& entries, const std::vector<std::int64_t>& categories);

}  // namespace hadal
