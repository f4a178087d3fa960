#pragma once

#include <Eigen/Core>
#include <cstdint>

/// Scalar, vector and matrix types shared by all parts.
namespace hadal {

using Index = Eigen::Index;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// A factor holds one row per matrix row (or column) and one column per atom. Rows are contiguous,
/// because every kernel on observed entries walks along the row of a factor.
using Factor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace hadal
