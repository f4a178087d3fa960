#pragma once

#include <functional>
#include <string>
#include <vector>

#include "canonical.hpp"

namespace hadal::io {

/// Entries in coordinate form, whatever the number of modes: the arrays of
/// `Entries` (its modes are row and column) or of `TensorEntries`, all of equal
/// length, or no weights.
struct Coordinates {
  struct Mode {
    std::vector<std::int32_t>& index;
    Index size;
  };
  std::vector<Mode> modes;
  std::vector<double>& value;
  std::vector<double>& weight;
};

/// How messages speak of the entries.
struct Naming {
  Where where;
  std::function<std::string(std::size_t entry)> position;   ///< e.g. "row 3, column 0"
  std::function<std::string(std::size_t mode)> range = {};  ///< e.g. "a row from 0 to 9"
};

/// Checks indices, values and weights. Throws DataError naming the first
/// offending entry.
void check_entries(const Coordinates& entries, const Naming& naming);

/// Checks the entries, sorts them by their indices, the first mode first, and
/// resolves duplicates. Throws DataError naming the first offending entry.
void canonicalise(const Coordinates& entries, Duplicates duplicates, const Naming& naming);

}  // namespace hadal::io
