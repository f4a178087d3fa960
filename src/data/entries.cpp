#include "hadal/data/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
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
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(fmt::format("{} entries: expected at most 4294967295", size));
  }
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

/// Positions in the input in the order of (row, column, position).
using Order = std::vector<std::uint32_t>;

/// One stable pass of a radix sort by sixteen bits of `key`.
void sort_by_digit(const std::vector<std::int32_t>& key, int shift, Order& order, Order& spare) {
  const auto digit = [&](std::uint32_t k) {
    return (static_cast<std::uint32_t>(key[k]) >> shift) & 0xffff;
  };
  std::vector<std::size_t> start(0x10001, 0);
  for (const std::uint32_t k : order) ++start[digit(k) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (const std::uint32_t k : order) spare[start[digit(k)]++] = k;
  order.swap(spare);
}

Order sorted_order(const Entries& entries) {
  Order order(entries.value.size()), spare(order.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  const auto sort_by = [&](const std::vector<std::int32_t>& key, Index limit) {
    sort_by_digit(key, 0, order, spare);
    if (limit > 0x10000) sort_by_digit(key, 16, order, spare);
  };
  sort_by(entries.column, entries.columns);
  sort_by(entries.row, entries.rows);
  return order;
}

bool same_cell(const Entries& entries, std::uint32_t a, std::uint32_t b) {
  return entries.row[a] == entries.row[b] && entries.column[a] == entries.column[b];
}

[[noreturn]] void refuse_duplicate(const Entries& entries, std::uint32_t first, std::uint32_t again,
                                   const Where& where) {
  throw DataError(fmt::format(
      "{}: row {}, column {}, value {} was given before ({}, value {}): expected each position "
      "once, or duplicates to be averaged",
      where(again), entries.row[again], entries.column[again], entries.value[again], where(first),
      entries.value[first]));
}

/// Whether a cell is given twice; refuses it, at the first place in the input, unless duplicates
/// are to be averaged.
bool has_duplicates(const Entries& entries, const Order& order, Duplicates duplicates,
                    const Where& where) {
  std::size_t worst = 0;
  for (std::size_t k = 1; k < order.size(); ++k) {
    if (same_cell(entries, order[k], order[k - 1]) && (worst == 0 || order[k] < order[worst]))
      worst = k;
  }
  if (worst != 0 && duplicates == Duplicates::error)
    refuse_duplicate(entries, order[worst - 1], order[worst], where);
  return worst != 0;
}

/// The entries in this order, with those of one cell merged: the weighted mean of their values and
/// the sum of their weights.
Entries merged(const Entries& entries, const Order& order, const Where& where) {
  Entries result{entries.rows, entries.columns, {}, {}, {}, {}};
  for (auto first = order.begin(); first != order.end();) {
    double mean = entries.value[*first];
    double total = entries.weight.empty() ? 1.0 : entries.weight[*first];
    auto next = first + 1;
    for (; next != order.end() && same_cell(entries, *next, *first); ++next) {
      const double weight = entries.weight.empty() ? 1.0 : entries.weight[*next];
      const double share = 1.0 / (1.0 + total / weight);
      mean = (1.0 - share) * mean + share * entries.value[*next];
      total += weight;
      if (!std::isfinite(total)) {
        throw DataError(
            fmt::format("{}: row {}, column {}: the sum of the duplicates' weights is "
                        "not finite",
                        where(*next), entries.row[*next], entries.column[*next]));
      }
    }
    result.row.push_back(entries.row[*first]);
    result.column.push_back(entries.column[*first]);
    result.value.push_back(mean);
    result.weight.push_back(total);
    first = next;
  }
  return result;
}

template <class T>
void reorder(const Order& order, std::vector<T>& values) {
  if (values.empty()) return;
  std::vector<T> out;
  out.reserve(order.size());
  for (const std::uint32_t k : order) out.push_back(values[k]);
  values = std::move(out);
}

}  // namespace

namespace io {

void canonicalise(Entries& entries, Duplicates duplicates, const Where& where) {
  check_shape(entries);
  for (std::size_t k = 0; k < entries.value.size(); ++k) check_entry(entries, k, where);
  if (is_canonical(entries)) return;
  const Order order = sorted_order(entries);
  if (has_duplicates(entries, order, duplicates, where)) {
    entries = merged(entries, order, where);
    return;
  }
  reorder(order, entries.row);  // one array after the other: the data may fill the memory
  reorder(order, entries.column);
  reorder(order, entries.value);
  reorder(order, entries.weight);
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
