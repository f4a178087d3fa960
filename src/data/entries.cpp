#include "hadal/data/entries.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "coordinates.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

void check_shape(const Entries& entries) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (entries.rows < 0 || entries.columns < 0 || entries.rows > most || entries.columns > most) {
    throw DataError(fmt::format("entries of a {} x {} matrix: expected 0 to {} rows and columns",
                                entries.rows, entries.columns, most));
  }
  const std::size_t size = entries.value.size();
  if (entries.row.size() != size || entries.column.size() != size ||
      (!entries.weight.empty() && entries.weight.size() != size)) {
    throw DataError(
        fmt::format("entries with {} rows, {} columns, {} values "
                    "and {} weights: expected as many "
                    "of each (or no weights)",
                    entries.row.size(), entries.column.size(), size, entries.weight.size()));
  }
}

}  // namespace

void io::canonicalise(Entries& entries, Duplicates duplicates, const Where& where) {
  check_shape(entries);
  const auto position = [&](std::size_t k) {
    return fmt::format("row {}, column {}", entries.row[k], entries.column[k]);
  };
  const auto range = [&](std::size_t mode) {
    return mode == 0 ? fmt::format("a row from 0 to {}", entries.rows - 1)
                     : fmt::format("a column from 0 to {}", entries.columns - 1);
  };
  canonicalise({{{entries.row, entries.rows}, {entries.column, entries.columns}},
                entries.value,
                entries.weight},
               duplicates, {where, position, range});
}

void canonicalise(Entries& entries, Duplicates duplicates) {
  io::canonicalise(entries, duplicates,
                   [](Index position) { return fmt::format("entry {}", position); });
}

Entries entries_from_dense(const Factor& dense) {
  Entries entries{dense.rows(), dense.cols(), {}, {}, {}, {}};
  check_shape(entries);
  for (Index i = 0; i < dense.rows(); ++i) {
    for (Index j = 0; j < dense.cols(); ++j) {
      const double value = dense(i, j);
      if (std::isnan(value)) continue;
      if (std::isinf(value)) {
        throw DataError(
            fmt::format("row {}, column {}: value {}: expected a "
                        "finite number, or NaN for a missing entry",
                        i, j, value));
      }
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(value);
    }
  }
  return entries;
}

}  // namespace hadal
