#pragma once

#include <algorithm>

#include "hadal/data/row_source.hpp"

namespace hadal::test {

/// Rows of a matrix in memory, as if they were read from somewhere; remembers the most it was asked
/// for at once.
class FactorRows : public RowSource {
 public:
  explicit FactorRows(Factor matrix) : matrix_(std::move(matrix)) {}

  Index rows() const override { return matrix_.rows(); }
  Index columns() const override { return matrix_.cols(); }
  void read(Index first, Index count, double* values) override {
    most_ = std::max(most_, count * columns());
    Eigen::Map<Factor>(values, count, columns()) = matrix_.middleRows(first, count);
  }

  Factor& matrix() { return matrix_; }
  Index most_values() const { return most_; }

 private:
  Factor matrix_;
  Index most_ = 0;
};

}  // namespace hadal::test
