#include "hadal/data/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "canonical.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

using io::Where;

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
        fmt::format("entries with {} rows, {} columns, {} values and {} weights: expected as many "
                    "of each (or no weights)",
                    entries.row.size(), entries.column.size(), size, entries.weight.size()));
  }
}

void check_entry(const Entries& entries, std::size_t k, const Where& where) {
  const auto refuse = [&](std::string_view expected) {
    throw DataError(fmt::format("{}: row {}, column {}, value {}: {}", where(static_cast<Index>(k)),
                                entries.row[k], entries.column[k], entries.value[k], expected));
  };
  if (entries.row[k] < 0 || entries.row[k] >= entries.rows) {
    refuse(fmt::format("expected a row from 0 to {}", entries.rows - 1));
  }
  if (entries.column[k] < 0 || entries.column[k] >= entries.columns) {
    refuse(fmt::format("expected a column from 0 to {}", entries.columns - 1));
  }
  if (!std::isfinite(entries.value[k])) refuse("expected a finite value");
  if (entries.weight.empty()) return;
  if (!std::isfinite(entries.weight[k]) || entries.weight[k] <= 0) {
    refuse(fmt::format("weight {}: expected a finite weight > 0", entries.weight[k]));
  }
}

bool is_canonical(const Entries& entries) {
  for (std::size_t k = 1; k < entries.value.size(); ++k) {
    if (std::pair(entries.row[k - 1], entries.column[k - 1]) >=
        std::pair(entries.row[k], entries.column[k])) {
      return false;
    }
  }
  return true;
}

/// An entry's place in the matrix and in the input.
struct Place {
  std::int32_t row, column;
  std::size_t position;
  bool same_cell(const Place& other) const { return row == other.row && column == other.column; }
  bool operator<(const Place& other) const {
    return std::tie(row, column, position) < std::tie(other.row, other.column, other.position);
  }
};

std::vector<Place> sorted_places(const Entries& entries) {
  std::vector<Place> places;
  places.reserve(entries.value.size());
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    places.push_back({entries.row[k], entries.column[k], k});
  }
  std::sort(places.begin(), places.end());
  return places;
}

[[noreturn]] void refuse_duplicate(const Entries& entries, const Place& first, const Place& again,
                                   const Where& where) {
  throw DataError(fmt::format(
      "{}: row {}, column {}, value {} was given before ({}, value {}): expected each position "
      "once, or duplicates to be averaged",
      where(static_cast<Index>(again.position)), again.row, again.column,
      entries.value[again.position], where(static_cast<Index>(first.position)),
      entries.value[first.position]));
}

void check_duplicates(const Entries& entries, const std::vector<Place>& places,
                      const Where& where) {
  const Place* worst = nullptr;
  for (std::size_t k = 1; k < places.size(); ++k) {
    const bool duplicate = places[k].same_cell(places[k - 1]);
    if (duplicate && (worst == nullptr || places[k].position < worst->position)) worst = &places[k];
  }
  if (worst != nullptr) refuse_duplicate(entries, worst[-1], *worst, where);
}

/// The entries in the order of `places`, with those of one cell merged: the weighted mean of their
/// values and the sum of their weights.
Entries gathered(const Entries& entries, const std::vector<Place>& places, bool any_duplicate,
                 const Where& where) {
  Entries result{entries.rows, entries.columns, {}, {}, {}, {}};
  const bool weighted = any_duplicate || !entries.weight.empty();
  result.row.reserve(places.size());
  result.column.reserve(places.size());
  result.value.reserve(places.size());
  if (weighted) result.weight.reserve(places.size());
  for (auto first = places.begin(); first != places.end();) {
    double mean = entries.value[first->position];
    double total = entries.weight.empty() ? 1.0 : entries.weight[first->position];
    auto next = first + 1;
    for (; next != places.end() && next->same_cell(*first); ++next) {
      const double weight = entries.weight.empty() ? 1.0 : entries.weight[next->position];
      const double share = 1.0 / (1.0 + total / weight);
      mean = (1.0 - share) * mean + share * entries.value[next->position];
      total += weight;
      if (!std::isfinite(total)) {
        throw DataError(
            fmt::format("{}: row {}, column {}: the sum of the duplicates' weights is "
                        "not finite",
                        where(static_cast<Index>(next->position)), next->row, next->column));
      }
    }
    result.row.push_back(first->row);
    result.column.push_back(first->column);
    result.value.push_back(mean);
    if (weighted) result.weight.push_back(total);
    first = next;
  }
  return result;
}

}  // namespace

namespace io {

void canonicalise(Entries& entries, Duplicates duplicates, const Where& where) {
  check_shape(entries);
  for (std::size_t k = 0; k < entries.value.size(); ++k) check_entry(entries, k, where);
  if (is_canonical(entries)) return;
  const std::vector<Place> places = sorted_places(entries);
  if (duplicates == Duplicates::error) check_duplicates(entries, places, where);
  const bool any_duplicate =
      std::adjacent_find(places.begin(), places.end(), [](const Place& a, const Place& b) {
        return a.same_cell(b);
      }) != places.end();
  entries = gathered(entries, places, any_duplicate, where);
}

}  // namespace io

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
        throw DataError(fmt::format(
            "row {}, column {}: value {}: expected a finite number, or NaN for a missing entry", i,
            j, value));
      }
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(value);
    }
  }
  return entries;
}

}  // namespace hadal
