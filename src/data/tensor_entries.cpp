#include "hadal/data/tensor_entries.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "coordinates.hpp"
#include "dense_array.hpp"
#include "hadal/error.hpp"
#include "positions.hpp"

namespace hadal {
namespace {

/// Throws E unless the shape is one that a tensor may have.
template <class E>
void check_shape(const std::vector<Index>& shape) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (shape.size() < 2) {
    throw E(fmt::format("a tensor of order {}: expected an order of at least 2", shape.size()));
  }
  for (const Index size : shape) {
    if (size < 1 || size > most) {
      throw E(fmt::format("a tensor of shape ({}): expected sizes from 1 to {}",
                          fmt::join(shape, ", "), most));
    }
  }
}

void check_counts(const TensorEntries& entries) {
  const std::size_t size = entries.value.size();
  if (entries.full() && io::position_count(entries.shape) != size) {
    throw DataError(
        fmt::format("{} values without indices of a tensor of shape ({}): "
                    "expected a value for each position",
                    size, fmt::join(entries.shape, ", ")));
  }
  if (!entries.full() && entries.index.size() != entries.shape.size()) {
    throw DataError(fmt::format("indices of {} modes of a tensor of order {}: expected one of each",
                                entries.index.size(), entries.shape.size()));
  }
  for (const auto& index : entries.index) {
    if (index.size() != size) {
      throw DataError(
          fmt::format("entries with {} indices of a mode and {} values: expected as "
                      "many of each",
                      index.size(), size));
    }
  }
  if (!entries.weight.empty() && entries.weight.size() != size) {
    throw DataError(
        fmt::format("entries with {} values and {} weights: expected as many of each, "
                    "or no weights",
                    size, entries.weight.size()));
  }
}

std::string position_of(const TensorEntries& entries, std::size_t k, Index base) {
  std::vector<Index> indices;
  if (entries.full()) {
    indices = io::indices_at(entries.shape, k);
  } else {
    for (const auto& index : entries.index) indices.push_back(index[k]);
  }
  for (Index& index : indices) index += base;
  return fmt::format("indices ({})", fmt::join(indices, ", "));
}

/// Removes what is missing from the values and the weights, and writes down
/// where the rest stands.
void keep_observed(TensorEntries& entries, std::size_t observed) {
  const std::size_t order = entries.shape.size();
  const bool weighted = !entries.weight.empty();
  entries.index.resize(order);
  for (auto& index : entries.index) index.reserve(observed);
  io::Walk walk(entries.shape);
  std::size_t kept = 0;
  for (std::size_t k = 0; k < entries.value.size(); ++k, walk.next()) {
    if (std::isnan(entries.value[k])) continue;
    entries.value[kept] = entries.value[k];
    if (weighted) entries.weight[kept] = entries.weight[k];
    for (std::size_t mode = 0; mode < order; ++mode) {
      entries.index[mode].push_back(static_cast<std::int32_t>(walk.at()[mode]));
    }
    ++kept;
  }
  entries.value.resize(kept);
  entries.weight.resize(weighted ? kept : 0);
}

}  // namespace

TensorEntries io::observed(DenseArray array, std::vector<double> weights) {
  TensorEntries entries{std::move(array.shape), {}, std::move(array.values), std::move(weights)};
  const auto missing = std::count_if(entries.value.begin(), entries.value.end(),
                                     [](double value) { return std::isnan(value); });
  if (missing > 0) keep_observed(entries, entries.value.size() - static_cast<std::size_t>(missing));
  return entries;
}

void io::canonicalise(TensorEntries& entries, Duplicates duplicates, const Where& where,
                      Index base) {
  check_shape<DataError>(entries.shape);
  check_counts(entries);
  const auto position = [&](std::size_t k) { return position_of(entries, k, base); };
  const auto range = [&](std::size_t mode) {
    return fmt::format("an index of mode {} from {} to {}", mode, base,
                       entries.shape[mode] - 1 + base);
  };
  Coordinates coordinates{{}, entries.value, entries.weight};
  if (entries.full()) {
    check_entries(coordinates, {where, position});
    return;
  }
  for (std::size_t mode = 0; mode < entries.shape.size(); ++mode) {
    coordinates.modes.push_back({entries.index[mode], entries.shape[mode]});
  }
  canonicalise(coordinates, duplicates, {where, position, range});
  if (io::position_count(entries.shape) == entries.value.size()) entries.index.clear();
}

void canonicalise(TensorEntries& entries, Duplicates duplicates) {
  io::canonicalise(entries, duplicates,
                   [](Index position) { return fmt::format("entry {}", position); });
}

TensorEntries tensor_from_dense(std::vector<Index> shape, std::vector<double> values) {
  check_shape<ArgumentError>(shape);
  if (io::position_count(shape) != values.size()) {
    throw ArgumentError(
        fmt::format("{} values for a tensor of shape ({}): expected one for each position",
                    values.size(), fmt::join(shape, ", ")));
  }
  const auto infinite =
      std::find_if(values.begin(), values.end(), [](double value) { return std::isinf(value); });
  if (infinite != values.end()) {
    const auto at = io::indices_at(shape, static_cast<std::size_t>(infinite - values.begin()));
    throw DataError(
        fmt::format("indices ({}): value {}: expected a finite number, or NaN for a "
                    "missing entry",
                    fmt::join(at, ", "), *infinite));
  }
  return io::observed({std::move(shape), std::move(values)}, {});
}

}  // namespace hadal
