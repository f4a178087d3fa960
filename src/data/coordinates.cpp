#include "coordinates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "hadal/error.hpp"

namespace hadal::io {
namespace {

void check_entry(const Coordinates &entries, std::size_t k,
                 const Naming &naming) {
  const auto refuse = [&](std::string_view expected) {
    throw DataError(
        fmt::format("{}: {}, value {}: {}", naming.where(static_cast<Index>(k)),
                    naming.position(k), entries.value[k], expected));
  };
  for (std::size_t mode = 0; mode < entries.modes.size(); ++mode) {
    const Index index = entries.modes[mode].index[k];
    if (index < 0 || index >= entries.modes[mode].size) {
      refuse(fmt::format("expected {}", naming.range(mode)));
    }
  }
  if (!std::isfinite(entries.value[k]))
    refuse("expected a finite value");
  if (entries.weight.empty())
    return;
  if (!std::isfinite(entries.weight[k]) || entries.weight[k] <= 0) {
    refuse(fmt::format("weight {}: expected a finite weight > 0",
                       entries.weight[k]));
  }
}

/// Whether entry b stands after entry a, at another position.
bool is_before(const Coordinates &entries, std::size_t a, std::size_t b) {
  for (const Coordinates::Mode &mode : entries.modes) {
    if (mode.index[a] != mode.index[b])
      return mode.index[a] < mode.index[b];
  }
  return false;
}

bool is_canonical(const Coordinates &entries) {
  for (std::size_t k = 1; k < entries.value.size(); ++k) {
    if (!is_before(entries, k - 1, k))
      return false;
  }
  return true;
}

/// Positions in the input in the order of (indices, position).
using Order = std::vector<std::uint32_t>;

/// One stable pass of a radix sort by sixteen bits of `key`.
void sort_by_digit(const std::vector<std::int32_t> &key, int shift,
                   Order &order, Order &spare) {
  const auto digit = [&](std::uint32_t k) {
    return (static_cast<std::uint32_t>(key[k]) >> shift) & 0xffff;
  };
  std::vector<std::size_t> start(0x10001, 0);
  for (const std::uint32_t k : order)
    ++start[digit(k) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (const std::uint32_t k : order)
    spare[start[digit(k)]++] = k;
  order.swap(spare);
}

Order sorted_order(const Coordinates &entries) {
  Order order(entries.value.size()), spare(order.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  for (auto mode = entries.modes.rbegin(); mode != entries.modes.rend();
       ++mode) {
    sort_by_digit(mode->index, 0, order, spare);
    if (mode->size > 0x10000)
      sort_by_digit(mode->index, 16, order, spare);
  }
  return order;
}

bool same_cell(const Coordinates &entries, std::uint32_t a, std::uint32_t b) {
  return std::all_of(entries.modes.begin(), entries.modes.end(),
                     [&](const Coordinates::Mode &mode) {
                       return mode.index[a] == mode.index[b];
                     });
}

[[noreturn]] void refuse_duplicate(const Coordinates &entries,
                                   std::uint32_t first, std::uint32_t again,
                                   const Naming &naming) {
  throw DataError(fmt::format("{}: {}, value {} was given before ({}, value "
                              "{}): expected each position "
                              "once, or duplicates to be averaged",
                              naming.where(again), naming.position(again),
                              entries.value[again], naming.where(first),
                              entries.value[first]));
}

/// Whether a cell is given twice; refuses it, at the first place in the input,
/// unless duplicates are to be averaged.
bool has_duplicates(const Coordinates &entries, const Order &order,
                    Duplicates duplicates, const Naming &naming) {
  std::size_t worst = 0;
  for (std::size_t k = 1; k < order.size(); ++k) {
    if (same_cell(entries, order[k], order[k - 1]) &&
        (worst == 0 || order[k] < order[worst]))
      worst = k;
  }
  if (worst != 0 && duplicates == Duplicates::error)
    refuse_duplicate(entries, order[worst - 1], order[worst], naming);
  return worst != 0;
}

/// The entries [first, last) of one cell as one: the weighted mean of their
/// values and the sum of their weights.
std::pair<double, double> mean_of(const Coordinates &entries,
                                  Order::const_iterator first,
                                  Order::const_iterator last,
                                  const Naming &naming) {
  const auto weight_of = [&](std::uint32_t k) {
    return entries.weight.empty() ? 1.0 : entries.weight[k];
  };
  double mean = entries.value[*first];
  double total = weight_of(*first);
  while (++first != last) {
    const double weight = weight_of(*first);
    const double share = 1.0 / (1.0 + total / weight);
    mean = (1.0 - share) * mean + share * entries.value[*first];
    total += weight;
    if (!std::isfinite(total)) {
      throw DataError(fmt::format(
          "{}: {}: the sum of the duplicates' weights is not finite",
          naming.where(*first), naming.position(*first)));
    }
  }
  return {mean, total};
}

/// Values and weights in this order, with those of one cell merged. `order`
/// keeps the first entry of each cell.
void merge(const Coordinates &entries, Order &order, const Naming &naming) {
  std::vector<double> value, weight;
  auto kept = order.begin();
  for (auto first = order.begin(); first != order.end();) {
    const std::uint32_t cell = *first;
    const auto last = std::find_if(first, order.end(), [&](std::uint32_t k) {
      return !same_cell(entries, cell, k);
    });
    const auto [mean, total] = mean_of(entries, first, last, naming);
    value.push_back(mean);
    weight.push_back(total);
    *kept++ = cell;
    first = last;
  }
  order.erase(kept, order.end());
  entries.value = std::move(value);
  entries.weight = std::move(weight);
}

template <class T> void reorder(const Order &order, std::vector<T> &values) {
  if (values.empty())
    return;
  std::vector<T> out;
  out.reserve(order.size());
  for (const std::uint32_t k : order)
    out.push_back(values[k]);
  values = std::move(out);
}

} // namespace

void check_entries(const Coordinates &entries, const Naming &naming) {
  for (std::size_t k = 0; k < entries.value.size(); ++k)
    check_entry(entries, k, naming);
}

void canonicalise(const Coordinates &entries, Duplicates duplicates,
                  const Naming &naming) {
  const std::size_t size = entries.value.size();
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(
        fmt::format("{} entries: expected at most 4294967295", size));
  }
  check_entries(entries, naming);
  if (is_canonical(entries))
    return;
  Order order = sorted_order(entries);
  if (has_duplicates(entries, order, duplicates, naming)) {
    merge(entries, order, naming);
  } else {
    reorder(order, entries.value);
    reorder(order, entries.weight);
  }
  // One array after the other: the data may fill the memory.
  for (const Coordinates::Mode &mode : entries.modes)
    reorder(order, mode.index);
}

} // namespace hadal::io
