#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// The positions of the observed entries, for access by row and by column.
///
/// A function on the observed entries (data, residual, gradient) is a Vector in **row order**: row
/// by row, columns increasing. Column access goes through `position`, the row-order index of each
/// entry taken column by column, so that values are stored once. A fully observed matrix stores no
/// indices at all: a Vector in row order then is the dense matrix in row-major order.
class ObservedPattern {
 public:
  /// Precondition: canonical entries (sorted, unique, in range). Throws ArgumentError when there
  /// are more than 2^32 - 1 entries. Costs 12 bytes an entry, or nothing when all are observed.
  explicit ObservedPattern(const Entries& entries);

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index observed() const { return observed_; }
  bool full() const { return full_; }

  // Row access; empty when full().
  Index row_begin(Index i) const { return full_ ? i * columns_ : row_start_[i]; }
  Index row_end(Index i) const { return row_begin(i + 1); }
  const std::int32_t* column() const { return column_.data(); }
  // Column access; empty when full().
  Index column_begin(Index j) const { return column_start_[j]; }
  Index column_end(Index j) const { return column_start_[j + 1]; }
  const std::int32_t* row() const { return row_.data(); }
  const std::uint32_t* position() const { return position_.data(); }

  Index row_count(Index i) const { return row_end(i) - row_begin(i); }
  Index column_count(Index j) const { return full_ ? rows_ : column_end(j) - column_begin(j); }

  /// Row-order index k of every entry, with its row and column: f(k, i, j).
  template <class F>
  void for_each(const F& f) const {
    for (Index i = 0; i < rows_; ++i) {
      const Index begin = row_begin(i), end = row_end(i);
      for (Index k = begin; k < end; ++k) f(k, i, full_ ? k - begin : Index{column_[k]});
    }
  }

 private:
  Index rows_ = 0, columns_ = 0, observed_ = 0;
  bool full_ = false;
  std::vector<Index> row_start_, column_start_;
  std::vector<std::int32_t> column_, row_;
  std::vector<std::uint32_t> position_;
};

}  // namespace hadal
