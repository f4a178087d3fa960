#include "positions.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hadal::verify {
namespace {

/// The distinct numbers as 0, 1, .. in increasing order; returns how many there are.
Index renumber(std::vector<Index>& numbers) {
  std::vector<Index> distinct = numbers;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
#pragma omp parallel for schedule(static)
  for (std::size_t k = 0; k < numbers.size(); ++k)
    numbers[k] = std::lower_bound(distinct.begin(), distinct.end(), numbers[k]) - distinct.begin();
  return static_cast<Index>(distinct.size());
}

/// Sorts entries by their line, those of one line staying in order; returns where lines start.
std::vector<Index> sort_by(const Lines& lines, std::vector<Index>& order) {
  std::vector<Index> start(static_cast<std::size_t>(lines.count) + 1);
  for (const std::int32_t line : lines.of_entry) ++start[static_cast<std::size_t>(line) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<Index> next = start, sorted(order.size());
  for (const Index k : order) {
    const std::int32_t line = lines.of_entry[static_cast<std::size_t>(k)];
    sorted[static_cast<std::size_t>(next[static_cast<std::size_t>(line)]++)] = k;
  }
  order = std::move(sorted);
  return start;
}

}  // namespace

Positions::Positions(const TensorEntries& entries) : entries_(entries) {
  if (!entries.full()) return;
  stride_.assign(order(), 1);
  for (std::size_t m = order(); m-- > 1;) stride_[m - 1] = stride_[m] * entries.shape[m];
}

double Positions::count(Modes modes) const {
  double count = 1;
  for (std::size_t m = 0; m < order(); ++m)
    if (holds(modes, m)) count *= static_cast<double>(shape()[m]);
  return count;
}

Index Positions::place(Modes modes, Index entry) const {
  Index place = 0;
  for (std::size_t m = 0; m < order(); ++m)
    if (holds(modes, m)) place = place * shape()[m] + at(m, entry);
  return place;
}

Lines Positions::lines(Modes modes) const {
  constexpr double longest = 0x1p62;
  std::vector<Index> numbers(static_cast<std::size_t>(size()), 0);
  double count = 1;
  for (std::size_t m = 0; m < order(); ++m) {
    if (!holds(modes, m)) continue;
    // Numbers that stand for those before keep their order.
    if (count * static_cast<double>(shape()[m]) >= longest) {
      count = static_cast<double>(renumber(numbers));
    }
    for (Index k = 0; k < size(); ++k) {
      Index& number = numbers[static_cast<std::size_t>(k)];
      number = number * shape()[m] + at(m, k);
    }
    count *= static_cast<double>(shape()[m]);
  }
  const bool single = modes != 0 && (modes & (modes - 1)) == 0;
  Lines result;
  if (entries_.full() || single)
    result.count = static_cast<Index>(count);
  else
    result.count = renumber(numbers);
  result.of_entry.reserve(numbers.size());
  for (const Index number : numbers) result.of_entry.push_back(static_cast<std::int32_t>(number));
  return result;
}

Sparse Positions::unfolded(const std::vector<double>& values, Modes rows) const {
  const Lines row = lines(rows), column = lines(all() - rows);
  std::vector<Index> order(values.size());
  std::iota(order.begin(), order.end(), Index{0});
  sort_by(column, order);
  Sparse::Lines by_rows;
  by_rows.start = sort_by(row, order);
  for (const Index k : order) {
    by_rows.index.push_back(column.of_entry[static_cast<std::size_t>(k)]);
    by_rows.value.push_back(values[static_cast<std::size_t>(k)]);
  }
  return {std::move(by_rows), column.count};
}

}  // namespace hadal::verify
