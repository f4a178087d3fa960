#include "coordinates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "hadal/error.hpp"

namespace hadal::io {
namespace {

void check_entry(const Coordinates& entries, std::size_t k, const Naming& naming) {
  const auto refuse = [&](std::string_view expected) {
    throw DataError(fmt::format("{}: {}, value {}: {}", naming.where(static_cast<Index>(k)),
                                naming.position(k), entries.value[k], expected));
  };
  for (std::size_t mode = 0; mode < entries.modes.size(); ++mode) {
    const Index index = entries.modes[mode].index[k];
    if (index < 0 || index >= entries.modes[mode].size) {
      refuse(fmt::format("expected {}", naming.range(mode)));
    }
  }
  if (!std::isfinite(entries.value[k])) refuse("expected a finite value");
  if (entries.weight.empty()) return;
  if (!std::isfinite(entries.weight[k]) || entries.weight[k] <= 0) {
    refuse(fmt::format("weight {}: expected a finite weight > 0", entries.weight[k]));
  }
}

/// Whether entry b stands after entry a, at another position.
bool is_before(const Coordinates& entries, std::size_t a, std::size_t b) {
  for (const Coordinates::Mode& mode : entries.modes) {
    if (mode.index[a] != mode.index[b]) return mode.index[a] < mode.index[b];
  }
  return false;
}

bool is_canonical(const Coordinates& entries) {
  for (std::size_t k = 1; k < entries.value.size(); ++k) {
    if (!is_before(entries, k - 1, k)) return false;
  }
  return true;
}

/// Positions in the input, in the order that was reached, and what they are sorted by next.
struct Order {
  std::vector<std::uint32_t> position;
  std::vector<std::uint64_t> key;

  explicit Order(std::size_t size) : position(size), key(size) {}
};

constexpr int digit_bits = 11;  // as many streams of writes as caches can follow

/// One stable pass of a radix sort.
void sort_by_digit(int shift, Order& order, Order& spare) {
  constexpr std::uint64_t digits = std::uint64_t{1} << digit_bits;
  const auto digit = [&](std::uint64_t key) { return (key >> shift) & (digits - 1); };
  std::array<std::size_t, digits + 1> start{};
  for (const std::uint64_t key : order.key) ++start[digit(key) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (std::size_t k = 0; k < order.key.size(); ++k) {
    const std::size_t target = start[digit(order.key[k])]++;
    spare.key[target] = order.key[k];
    spare.position[target] = order.position[k];
  }
  std::swap(order, spare);
}

/// Stable sort by the modes [first, last), which have `count` positions.
void sort_by_modes(const Coordinates& entries, std::size_t first, std::size_t last,
                   std::uint64_t count, Order& order, Order& spare) {
  std::fill(order.key.begin(), order.key.end(), 0);
  for (std::size_t mode = first; mode < last; ++mode) {
    const auto size = static_cast<std::uint64_t>(entries.modes[mode].size);
    const std::vector<std::int32_t>& index = entries.modes[mode].index;
    for (std::size_t k = 0; k < order.key.size(); ++k) {
      order.key[k] = order.key[k] * size + static_cast<std::uint64_t>(index[order.position[k]]);
    }
  }
  const auto bits = static_cast<int>(std::bit_width(count - 1));
  for (int shift = 0; shift < bits; shift += digit_bits) sort_by_digit(shift, order, spare);
}

/// Positions in the input in the order of (indices, position): sorted by as many of the last modes
/// as one key holds, then by those before them.
std::vector<std::uint32_t> sorted_order(const Coordinates& entries) {
  Order order(entries.value.size()), spare(entries.value.size());
  std::iota(order.position.begin(), order.position.end(), std::uint32_t{0});
  for (std::size_t last = entries.modes.size(); last > 0;) {
    std::size_t first = last;
    std::uint64_t count = 1;
    for (; first > 0; --first) {
      const auto size = static_cast<std::uint64_t>(entries.modes[first - 1].size);
      std::uint64_t more = 0;
      if (__builtin_mul_overflow(count, size, &more)) break;
      count = more;
    }
    sort_by_modes(entries, first, last, count, order, spare);
    last = first;
  }
  return std::move(order.position);
}

template <class T>
void reorder(const std::vector<std::uint32_t>& order, std::vector<T>& values) {
  if (values.empty()) return;
  std::vector<T> out;
  out.reserve(order.size());
  for (const std::uint32_t k : order) out.push_back(values[k]);
  values = std::move(out);
}

/// Sorted entries, and where in the input they stood.
struct Sorted {
  const Coordinates& entries;
  const std::vector<std::uint32_t>& order;
  const Naming& naming;

  std::string where(std::size_t k) const { return naming.where(order[k]); }
};

/// Whether a position is given twice; refuses it, at the first place in the input, unless
/// duplicates are to be averaged.
bool has_duplicates(const Sorted& sorted, Duplicates duplicates) {
  const std::vector<double>& value = sorted.entries.value;
  std::size_t again = 0;
  for (std::size_t k = 1; k < value.size(); ++k) {
    const bool twice = !is_before(sorted.entries, k - 1, k);
    if (twice && (again == 0 || sorted.order[k] < sorted.order[again])) again = k;
  }
  if (again == 0 || duplicates == Duplicates::mean) return again != 0;
  throw DataError(
      fmt::format("{}: {}, value {} was given before ({}, value {}): expected each position once, "
                  "or duplicates to be averaged",
                  sorted.where(again), sorted.naming.position(again), value[again],
                  sorted.where(again - 1), value[again - 1]));
}

/// Adds entry `from` to entry `to`, the mean of those before it: values weighted, weights summed.
void add(const Sorted& sorted, std::size_t from, std::size_t to) {
  double& mean = sorted.entries.value[to];
  double& total = sorted.entries.weight[to];
  const double weight = sorted.entries.weight[from];
  const double share = 1.0 / (1.0 + total / weight);
  mean = (1.0 - share) * mean + share * sorted.entries.value[from];
  total += weight;
  if (std::isfinite(total)) return;
  throw DataError(fmt::format("{}: {}: the sum of the duplicates' weights is not finite",
                              sorted.where(from), sorted.naming.position(from)));
}

/// Makes one entry of those that share a position.
void merge(const Sorted& sorted) {
  const Coordinates& entries = sorted.entries;
  entries.weight.resize(entries.value.size(), 1.0);
  std::size_t last = 0;
  for (std::size_t k = 1; k < entries.value.size(); ++k) {
    if (!is_before(entries, last, k)) {
      add(sorted, k, last);
      continue;
    }
    ++last;
    for (const Coordinates::Mode& mode : entries.modes) mode.index[last] = mode.index[k];
    entries.value[last] = entries.value[k];
    entries.weight[last] = entries.weight[k];
  }
  for (const Coordinates::Mode& mode : entries.modes) mode.index.resize(last + 1);
  entries.value.resize(last + 1);
  entries.weight.resize(last + 1);
}

}  // namespace

void check_entries(const Coordinates& entries, const Naming& naming) {
  for (std::size_t k = 0; k < entries.value.size(); ++k) check_entry(entries, k, naming);
}

void canonicalise(const Coordinates& entries, Duplicates duplicates, const Naming& naming) {
  const std::size_t size = entries.value.size();
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(fmt::format("{} entries: expected at most 4294967295", size));
  }
  check_entries(entries, naming);
  if (is_canonical(entries)) return;
  const std::vector<std::uint32_t> order = sorted_order(entries);
  // One array after the other: the data may fill the memory.
  for (const Coordinates::Mode& mode : entries.modes) reorder(order, mode.index);
  reorder(order, entries.value);
  reorder(order, entries.weight);
  const Sorted sorted{entries, order, naming};
  if (has_duplicates(sorted, duplicates)) merge(sorted);
}

}  // namespace hadal::io
