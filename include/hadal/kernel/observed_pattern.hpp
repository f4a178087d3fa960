#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/kernel/tiles.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// The positions of the observed entries, for access by row and by column.
///
/// A function on the observed entries (data, residual, gradient) is a Vector in the **pattern's
/// order**, which `for_each` and `arranged` give. It is row order (row by row, columns increasing),
/// except that a large pattern is `tiled()`, see Tiles. A fully observed matrix stores no indices
/// at all: a Vector in row order then is the dense matrix in row-major order.
class ObservedPattern {
 public:
  /// Precondition: canonical entries (sorted, unique, in range). Throws ArgumentError when there
  /// are more than 2^32 - 1 entries. Costs 12 bytes an entry, 4 where tiled, or nothing when all
  /// are observed.
  explicit ObservedPattern(const Entries& entries, const Tiling& tiling = {});
  /// All entries of a matrix with at least one.
  ObservedPattern(Index rows, Index columns)
      : rows_(rows), columns_(columns), observed_(rows * columns), full_(true) {}

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index observed() const { return observed_; }
  bool full() const { return full_; }
  bool tiled() const { return !tiles_.empty(); }

  /// Values of these entries, those the pattern was made of, in the pattern's order; nothing
  /// (weights that are all one) stays nothing.
  Vector arranged(const Entries& entries, Vector values) const;

  Index row_count(Index i) const { return full_ ? columns_ : row_start_[i + 1] - row_start_[i]; }
  Index column_count(Index j) const {
    return full_ ? rows_ : column_start_[j + 1] - column_start_[j];
  }

  // Row access; not for tiled(), and without indices when full().
  Index row_begin(Index i) const { return full_ ? i * columns_ : row_start_[i]; }
  Index row_end(Index i) const { return row_begin(i + 1); }
  const std::int32_t* column() const { return column_.data(); }
  // Column access, neither for tiled() nor for full(). `position` is the row-order index of each
  // entry taken column by column, so that values are stored once.
  Index column_begin(Index j) const { return column_start_[j]; }
  Index column_end(Index j) const { return column_start_[j + 1]; }
  const std::int32_t* row() const { return row_.data(); }
  const std::uint32_t* position() const { return position_.data(); }
  const Tiles& tiles() const { return tiles_; }  ///< empty unless tiled()

  /// Index k of every entry in the pattern's order, with its row and column: f(k, i, j).
  template <class F>
  void for_each(const F& f) const {
    if (tiled()) {
      for (Index b = 0; b < tiles_.row_blocks(); ++b)
        for (Index c = 0; c < tiles_.column_blocks(); ++c) tiles_.visit(b, c, f);
      return;
    }
    for (Index i = 0; i < rows_; ++i) {
      const Index begin = row_begin(i), end = row_end(i);
      for (Index k = begin; k < end; ++k) f(k, i, full_ ? k - begin : Index{column_[k]});
    }
  }

 private:
  void list_by_row_and_column(const Entries& entries);

  Index rows_ = 0, columns_ = 0, observed_ = 0;
  bool full_ = false;
  std::vector<Index> row_start_, column_start_;
  std::vector<std::int32_t> column_, row_;
  std::vector<std::uint32_t> position_;
  Tiles tiles_;
};

}  // namespace hadal
