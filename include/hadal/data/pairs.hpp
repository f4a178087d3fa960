#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/data/read.hpp"

namespace hadal {

/// Positions whose values are asked for, by their identifiers, in the order of the file; a position
/// may occur more than once.
struct Pairs {
  std::vector<std::string> row, column;  ///< of equal length, at least one
  std::vector<double> value;             ///< as long, NaN where blank; empty without a value field
  std::string row_name = "row", column_name = "column", value_name = "value";
};

/// What the header of a pairs file is expected to call its fields, e.g. as in the file of a fit.
struct PairNames {
  std::string row, column, value;
};

/// Reads the pairs of a delimited text file. The fields are those that `options` chooses; else
/// those that the header calls by `names`; else the first, second and, where there is one, third.
/// The value field may be absent. Throws DataError naming file, line, what stands there and what
/// was expected.
Pairs read_pairs(const std::filesystem::path& path, const ReadOptions& options,
                 const PairNames& names);

}  // namespace hadal
