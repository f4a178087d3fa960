#include "unfolding.hpp"

#include <algorithm>
#include <numeric>

namespace hadal {
namespace {

bool has(std::uint32_t modes, std::size_t m) { return modes >> m & 1; }

/// Row-major place of a position among some of the modes.
std::int64_t place(const std::vector<Index>& shape, const TensorPattern::Position& at,
                   std::uint32_t modes) {
  std::int64_t index = 0;
  for (std::size_t m = 0; m < shape.size(); ++m)
    if (has(modes, m)) index = index * shape[m] + at[m];
  return index;
}

/// Numbers the distinct places 0, 1, .. in increasing order; returns how many there are.
Index renumber(const std::vector<std::int64_t>& places, std::vector<std::int32_t>& numbers) {
  std::vector<std::int64_t> distinct = places;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  numbers.resize(places.size());
#pragma omp parallel for schedule(static)
  for (std::size_t k = 0; k < places.size(); ++k)
    numbers[k] = static_cast<std::int32_t>(
        std::lower_bound(distinct.begin(), distinct.end(), places[k]) - distinct.begin());
  return static_cast<Index>(distinct.size());
}

Index single(const std::vector<Index>& shape, std::uint32_t modes) {
  for (std::size_t m = 0; m < shape.size(); ++m)
    if (modes == std::uint32_t{1} << m) return shape[m];
  return 0;
}

Entries sparse_entries(const TensorPattern& tensor, const Vector& q, std::uint32_t rows) {
  const std::uint32_t columns = (std::uint32_t{1} << tensor.order()) - 1 - rows;
  std::vector<std::int64_t> row(static_cast<std::size_t>(q.size())), column(row.size());
  tensor.for_each([&](Index k, const TensorPattern::Position& at) {
    row[k] = place(tensor.shape(), at, rows);
    column[k] = place(tensor.shape(), at, columns);
  });
  Entries entries;
  entries.rows = renumber(row, entries.row);
  entries.columns = renumber(column, entries.column);
  // The norm of one mode may have a graph over all its elements.
  const auto keep_all = [&](std::uint32_t modes, const std::vector<std::int64_t>& places,
                            std::vector<std::int32_t>& numbers, Index& size) {
    if (single(tensor.shape(), modes) == 0) return;
    size = single(tensor.shape(), modes);
    std::copy(places.begin(), places.end(), numbers.begin());
  };
  keep_all(rows, row, entries.row, entries.rows);
  keep_all(columns, column, entries.column, entries.columns);
  std::vector<Index> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    return entries.row[a] != entries.row[b] ? entries.row[a] < entries.row[b]
                                            : entries.column[a] < entries.column[b];
  });
  Entries sorted;
  sorted.rows = entries.rows;
  sorted.columns = entries.columns;
  for (const Index k : order) {
    sorted.row.push_back(entries.row[k]);
    sorted.column.push_back(entries.column[k]);
    sorted.value.push_back(q[k]);
  }
  return sorted;
}

}  // namespace

double unfolded_size(const std::vector<Index>& shape, std::uint32_t modes) {
  double size = 1;
  for (std::size_t m = 0; m < shape.size(); ++m)
    if (has(modes, m)) size *= static_cast<double>(shape[m]);
  return size;
}

Unfolding::Matrix Unfolding::matrix_of(const TensorPattern& tensor, const Vector& q,
                                       std::uint32_t rows) {
  if (!tensor.full()) return {sparse_entries(tensor, q, rows), false};
  const std::uint32_t columns = (std::uint32_t{1} << tensor.order()) - 1 - rows;
  Matrix matrix;
  matrix.full = true;
  matrix.entries.rows = static_cast<Index>(unfolded_size(tensor.shape(), rows));
  matrix.entries.columns = static_cast<Index>(unfolded_size(tensor.shape(), columns));
  matrix.entries.value.resize(static_cast<std::size_t>(q.size()));
  tensor.for_each([&](Index k, const TensorPattern::Position& at) {
    const std::int64_t row = place(tensor.shape(), at, rows);
    matrix.entries.value[row * matrix.entries.columns + place(tensor.shape(), at, columns)] = q[k];
  });
  return matrix;
}

Unfolding::Unfolding(Matrix matrix)
    : pattern_(matrix.full ? ObservedPattern(matrix.entries.rows, matrix.entries.columns)
                           : ObservedPattern(matrix.entries)) {
  const Vector values = Eigen::Map<const Vector>(matrix.entries.value.data(),
                                                 static_cast<Index>(matrix.entries.value.size()));
  values_ = matrix.full ? values : pattern_.arranged(matrix.entries, values);
}

Unfolding::Unfolding(const TensorPattern& tensor, const Vector& q, std::uint32_t row_modes)
    : Unfolding(matrix_of(tensor, q, row_modes)) {}

}  // namespace hadal
