#include "sparse.hpp"

#include <algorithm>
#include <utility>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

Sparse::Lines transposed(const Sparse::Lines& lines, Index width) {
  Sparse::Lines result;
  result.start.assign(static_cast<std::size_t>(width) + 1, 0);
  result.index.resize(lines.index.size());
  result.value.resize(lines.value.size());
  for (const std::int32_t j : lines.index) ++result.start[static_cast<std::size_t>(j) + 1];
  for (std::size_t j = 1; j < result.start.size(); ++j) result.start[j] += result.start[j - 1];
  std::vector<Index> next(result.start.begin(), result.start.end() - 1);
  for (Index i = 0; i < lines.lines(); ++i)
    for (Index k = lines.start[static_cast<std::size_t>(i)];
         k < lines.start[static_cast<std::size_t>(i) + 1]; ++k) {
      const auto from = static_cast<std::size_t>(k);
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(lines.index[from])]++);
      result.index[to] = static_cast<std::int32_t>(i);
      result.value[to] = lines.value[from];
    }
  return result;
}

}  // namespace

Sparse::Sparse(const Problem& pattern, const std::vector<double>& values)
    : rows_{pattern.row_start, pattern.column, values},
      columns_(transposed(rows_, pattern.columns)) {}

Sparse::Sparse(Lines by_rows, Index columns)
    : rows_(std::move(by_rows)), columns_(transposed(rows_, columns)) {}

Sparse::Sparse(const Factor& dense) {
  const auto width = static_cast<std::size_t>(dense.cols());
  rows_.value.assign(dense.data(), dense.data() + dense.size());
  rows_.index.resize(rows_.value.size());
  for (std::size_t k = 0; k < rows_.index.size(); ++k)
    rows_.index[k] = static_cast<std::int32_t>(k % width);
  for (Index i = 0; i <= dense.rows(); ++i) rows_.start.push_back(i * dense.cols());
  columns_ = transposed(rows_, dense.cols());
}

Vector Sparse::Lines::times(const Vector& x) const {
  Vector product(lines());
#pragma omp parallel for schedule(dynamic, 256)
  for (Index i = 0; i < lines(); ++i) {
    const Index end = start[static_cast<std::size_t>(i) + 1];
    double sum = 0;
    for (Index k = start[static_cast<std::size_t>(i)]; k < end; ++k)
      sum += value[static_cast<std::size_t>(k)] * x[index[static_cast<std::size_t>(k)]];
    product[i] = sum;
  }
  return product;
}

Factor Sparse::Lines::times(const Factor& x) const {
  Factor product = Factor::Zero(lines(), x.cols());
#pragma omp parallel for schedule(dynamic, 64)
  for (Index i = 0; i < lines(); ++i) {
    const Index end = start[static_cast<std::size_t>(i) + 1];
    for (Index k = start[static_cast<std::size_t>(i)]; k < end; ++k)
      product.row(i) +=
          value[static_cast<std::size_t>(k)] * x.row(index[static_cast<std::size_t>(k)]);
  }
  return product;
}

double Sparse::frobenius() const {
  Real square = 0;
  for (const double q : rows_.value) square += Real{q} * q;
  return rounded_up(std::sqrt(square) *
                    (1 + wide_gamma(static_cast<Real>(rows_.value.size()) + 4)));
}

Index Sparse::longest_line() const {
  Index longest = 0;
  for (const Lines* side : {&rows_, &columns_})
    for (std::size_t i = 1; i < side->start.size(); ++i)
      longest = std::max(longest, side->start[i] - side->start[i - 1]);
  return longest;
}

}  // namespace hadal::verify
