#pragma once

#include <functional>

#include "hadal/data/row_source.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What one pass over the data says about the residual R = Y - U V^T, which is never stored.
struct ResidualSums {
  long double square = 0;     ///< sum of R^2
  long double product = 0;    ///< <R, Y>
  long double magnitude = 0;  ///< sum of |R Y|
  double largest = 0;         ///< of |R|
  /// Squared lengths of the positive and of the negative part of every row and column.
  Vector row_positive, row_negative, column_positive, column_negative;
  Factor rows_applied;  ///< R V
};

/// The fully observed matrix Y = (data - offsets) / unit, read from its source in every pass and
/// shifted and scaled on the way: what is in memory at any time is a block of rows. The results of
/// the passes do not depend on the number of threads.
class CentredRows {
 public:
  /// Told how much of a long computation is done, from 0 to 1; false ends it early, with a result
  /// that means nothing.
  using Watch = std::function<bool(double part)>;

  /// unit: a power of two. The source must outlive the object.
  CentredRows(RowSource& source, Offset offset, double unit)
      : source_(source), offset_(std::move(offset)), unit_(unit) {}

  Index rows() const { return source_.rows(); }
  Index columns() const { return source_.columns(); }

  Factor times(const Factor& v) const;             ///< Y V
  Factor transposed_times(const Factor& u) const;  ///< Y^T U
  Vector row(Index i) const;
  ResidualSums residual_sums(const Factor& u, const Factor& v) const;

  /// Y Y^T, or Y^T Y where there are fewer columns than rows: the lower triangle. Y Y^T takes
  /// several passes where there are more than `held_values` values, as no more are held at once.
  Matrix gram(const Watch& watch, Index held_values = Index{1} << 27) const;

  /// Calls visit(first, block) for all blocks of Y.
  void for_blocks(Index begin, Index end,
                  const std::function<void(Index first, const Factor& block)>& visit) const;

 private:
  Matrix gram_of_rows(const Watch& watch, Index held_values) const;
  Matrix gram_of_columns(const Watch& watch) const;

  RowSource& source_;
  Offset offset_;
  double unit_;
};

}  // namespace hadal
