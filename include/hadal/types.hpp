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

/// The same in single precision, for search directions: a few digits of them are enough, and every
/// kernel that only moves memory runs twice as fast.
using SingleFactor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using SingleVector = Eigen::VectorXf;

}  // namespace hadal
