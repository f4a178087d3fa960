#include "structured_starts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "hadal/kernel/products.hpp"

namespace hadal {
namespace {

/// Column numbers by decreasing length, at most `count`.
std::vector<Index> longest(const Vector& lengths, Index count) {
  std::vector<Index> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min<Index>(count, lengths.size());
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Index a, Index b) {
    return lengths[a] > lengths[b] || (lengths[a] == lengths[b] && a < b);
  });
  order.resize(count);
  return order;
}

/// The rows of Q with these numbers, as columns.
Factor rows_of(const ObservedPattern& pattern, const Vector& q, const std::vector<Index>& rows) {
  std::vector<Index> number(pattern.rows(), -1);
  for (std::size_t s = 0; s < rows.size(); ++s) number[rows[s]] = static_cast<Index>(s);
  Factor out = Factor::Zero(pattern.columns(), static_cast<Index>(rows.size()));
  pattern.for_each([&](Index k, Index i, Index j) {
    if (number[i] >= 0) out(j, number[i]) = q[k];
  });
  return out;
}

/// Squared lengths of the positive and of the negative part of each line.
struct Parts {
  Vector positive, negative;

  explicit Parts(Index lines) : positive(Vector::Zero(lines)), negative(Vector::Zero(lines)) {}
  void add(Index line, double value) { (value > 0 ? positive : negative)[line] += value * value; }

  /// Those of what an atom along the line can collect, where `other` is the norm of the line's
  /// elements and `own` that of its place: either sign, or the positive part alone, or both.
  Vector lengths(const FactorNorm& own, const FactorNorm& other) const {
    if (!other.nonnegative) return positive + negative;
    return own.nonnegative ? positive : positive.cwiseMax(negative);
  }
  double sign(Index line) const { return positive[line] >= negative[line] ? 1 : -1; }
};

/// The longest rows of one sign, then unit vectors for the longest columns.
Factor line_starts(const ObservedPattern& pattern, const Vector& q, const FactorNorm& u,
                   const FactorNorm& v, Index line_max) {
  Parts of_rows(pattern.rows()), of_columns(pattern.columns());
  pattern.for_each([&](Index k, Index i, Index j) {
    of_rows.add(i, q[k]);
    of_columns.add(j, q[k]);
  });
  const std::vector<Index> rows = longest(of_rows.lengths(u, v), line_max);
  const std::vector<Index> columns = longest(of_columns.lengths(v, u), line_max);
  const auto row_count = static_cast<Index>(rows.size());
  Factor starts = Factor::Zero(pattern.columns(), row_count + static_cast<Index>(columns.size()));
  starts.leftCols(row_count) = rows_of(pattern, q, rows);
  for (Index s = 0; s < row_count; ++s)
    if (v.nonnegative && !u.nonnegative) starts.col(s) *= of_rows.sign(rows[s]);
  for (std::size_t s = 0; s < columns.size(); ++s)
    starts(columns[s], row_count + static_cast<Index>(s)) =
        v.nonnegative ? 1 : of_columns.sign(columns[s]);
  return starts;
}

/// The indicator of every set of `elements` but the empty one, as columns; none where that is many.
Factor all_sets(Index elements) {
  constexpr Index elements_max = 8;
  if (elements > elements_max) return Factor(elements, 0);
  Factor sets(elements, (Index{1} << elements) - 1);
  for (Index s = 0; s < sets.cols(); ++s)
    for (Index i = 0; i < elements; ++i) sets(i, s) = static_cast<double>(((s + 1) >> i) & 1);
  return sets;
}

Factor side_by_side(const std::vector<Factor>& all) {
  Index count = 0;
  for (const Factor& f : all) count += f.cols();
  Factor out(all.front().rows(), count);
  Index at = 0;
  for (const Factor& f : all) {
    out.middleCols(at, f.cols()) = f;
    at += f.cols();
  }
  return out;
}

}  // namespace

Factor first_starts(const ObservedPattern& pattern, const Vector& q, const RankOneAtoms& atoms,
                    bool signs_differ, std::uint64_t seed) {
  constexpr Index singular_max = 8, row_max = 4;
  PolarRequest request;
  request.atoms_max = singular_max;
  request.seed = seed;
  const RankOneFamily plain(pattern);
  const RankOneAtoms pairs = plain.polar(q, plain.empty(), request).found;
  Vector lengths = Vector::Zero(pattern.rows());
  pattern.for_each([&](Index k, Index i, Index) { lengths[i] += q[k] * q[k]; });
  const Factor opposite = signs_differ ? Factor(-pairs.v) : Factor(pattern.columns(), 0);
  return side_by_side({atoms.v, pairs.v, opposite, rows_of(pattern, q, longest(lengths, row_max))});
}

Factor more_starts(const ObservedPattern& pattern, const Vector& q, const FactorNorm& u,
                   const FactorNorm& v, std::uint64_t seed) {
  constexpr double entries_afforded = 4e6;  // through which all of them go, together
  constexpr double fewest = 16, most = 512;
  const auto entries = static_cast<double>(std::max<Index>(1, pattern.observed()));
  const auto count = static_cast<Index>(std::clamp(entries_afforded / entries, fewest, most));
  std::mt19937_64 generator(seed ^ 0x6a09e667f3bcc909);
  std::normal_distribution<double> normal;
  const auto random = [&](Index rows, Index columns) {
    return Factor(Factor::NullaryExpr(rows, columns, [&] { return normal(generator); }));
  };
  // Sets of rows and random combinations of rows as what they collect from Q.
  Factor of_rows = random(pattern.rows(), count / 2), left = of_rows;
  if (u.nonnegative) {
    of_rows = of_rows.cwiseMax(0);
    left = side_by_side({of_rows, all_sets(pattern.rows())});
  }
  Factor combined(pattern.columns(), 0);
  apply_transpose(pattern, q, left, combined);
  Factor starts =
      side_by_side({line_starts(pattern, q, u, v, count / 2), combined,
                    v.nonnegative ? all_sets(pattern.columns()) : Factor(pattern.columns(), 0),
                    random(pattern.columns(), count / 2)});
  if (v.nonnegative) starts = starts.cwiseMax(0);
  return starts;
}

}  // namespace hadal
