#pragma once

#include <algorithm>
#include <functional>

#include "hadal/data/row_source.hpp"
#include "problem.hpp"

namespace hadal::verify {

/// Data that are read block by block, in scaled units.
class StreamedData {
 public:
  StreamedData(RowSource& source, const Problem& problem) : source_(source), problem_(problem) {}

  using Visit = std::function<void(Index first, Factor& block)>;

  /// Blocks of the values from row `begin` on.
  void for_blocks(Index begin, const Visit& visit) const;
  /// Blocks of the residual y - offset - <u_i, v_j>, each entry rounded as FigureSums does, its sum
  /// of products in any order.
  void for_residuals(Index begin, const Visit& visit) const;

  /// R R^T, or R^T R where there are fewer columns: the lower triangle as computed, every element
  /// one sum of products of computed residuals.
  Matrix residual_gram() const;

  /// From now on all values are zero.
  void remove() { removed_ = true; }

 private:
  Matrix gram_of_rows() const;
  Matrix gram_of_columns() const;

  RowSource& source_;
  const Problem& problem_;
  bool removed_ = false;
};

/// Calls see(row of the block, column, low-rank part) for all entries of rows first .. first +
/// count
/// - 1; rows are divided among the threads.
template <class See>
void for_low_rank(const Problem& problem, Index first, Index count, const See& see) {
  constexpr Index strip = 8, panel = 2048;
#pragma omp parallel for schedule(dynamic, 1)
  for (Index i = 0; i < count; i += strip) {
    const Index rows = std::min(strip, count - i);
    for (Index j = 0; j < problem.columns; j += panel) {
      const Index columns = std::min(panel, problem.columns - j);
      Factor z = Factor::Zero(rows, columns);
      if (problem.u.cols() > 0)
        // Not through BLAS, whose own threads these would wait for.
        z = problem.u.middleRows(first + i, rows)
                .lazyProduct(problem.v.middleRows(j, columns).transpose());
      for (Index a = 0; a < rows; ++a)
        for (Index b = 0; b < columns; ++b) see(i + a, j + b, z(a, b));
    }
  }
}

}  // namespace hadal::verify
