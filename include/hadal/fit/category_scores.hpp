#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/entries.hpp"

namespace hadal {

/// The entries of the matrix of scores that a multinomial loss is about, rows x (columns C): entry
/// (i, j) of the data becomes C entries (i, j C + c), of value 1 where c is its category and 0
/// elsewhere, with its weight. Canonical entries stay so. Throws DataError where the result is
/// larger than indices can say. Precondition: every value is one of the categories.
Entries scores_of(const Entries& entries, const std::vector<std::int64_t>& categories);

}  // namespace hadal
