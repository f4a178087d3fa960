#pragma once

#include <cstdint>
#include <vector>

#include "problem.hpp"

namespace hadal::verify {

/// A sparse matrix by rows and, once more, by columns, so that both products run along memory.
class Sparse {
 public:
  Sparse(const Problem& pattern, const std::vector<double>& values);
  /// All entries of a dense matrix.
  explicit Sparse(const Factor& dense);
  struct Lines;
  /// Of rows whose indices increase.
  Sparse(Lines by_rows, Index columns);

  Index rows() const { return rows_.lines(); }
  Index columns() const { return columns_.lines(); }

  /// Q x and Q^T x for a vector or a thin block.
  Vector times(const Vector& x) const { return rows_.times(x); }
  Vector transposed_times(const Vector& x) const { return columns_.times(x); }
  Factor times(const Factor& x) const { return rows_.times(x); }
  Factor transposed_times(const Factor& x) const { return columns_.times(x); }

  double frobenius() const;    ///< rounded up
  Index longest_line() const;  ///< entries of the fullest row or column

  /// The compressed lines (rows or columns) of a matrix.
  struct Lines {
    std::vector<Index> start;
    std::vector<std::int32_t> index;
    std::vector<double> value;

    Index lines() const { return static_cast<Index>(start.size()) - 1; }
    Vector times(const Vector& x) const;
    Factor times(const Factor& x) const;
  };
  const Lines& by_rows() const { return rows_; }
  const Lines& by_columns() const { return columns_; }

 private:
  Lines rows_, columns_;
};

}  // namespace hadal::verify
