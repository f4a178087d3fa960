#pragma once

#include <random>
#include <vector>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/data/matrix_data.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/kernel/observed_pattern.hpp"

namespace hadal::test {

/// Random numbers and arrays from a fixed seed.
class Random {
 public:
  explicit Random(unsigned seed) : generator_(seed) {}

  double normal() { return normal_(generator_); }
  double uniform(double low = 0, double high = 1) { return low + (high - low) * unit_(generator_); }
  Index integer(Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(generator_);
  }
  bool chance(double probability) { return uniform() < probability; }

  Matrix matrix(Index rows, Index columns) {
    return Matrix::NullaryExpr(rows, columns, [this] { return normal(); });
  }
  Vector vector(Index size) { return matrix(size, 1); }
  Matrix orthonormal(Index rows, Index columns) {
    const Eigen::HouseholderQR<Matrix> qr(matrix(rows, columns));
    return qr.householderQ() * Matrix::Identity(rows, columns);
  }
  /// A matrix with these singular values.
  Matrix with_singular_values(Index rows, Index columns, const Vector& sigma) {
    const Matrix left = orthonormal(rows, sigma.size());
    return left * sigma.asDiagonal() * orthonormal(columns, sigma.size()).transpose();
  }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> unit_;
};

/// The entries of a matrix that are observed with the given probability.
inline Entries sampled_entries(const Matrix& full, double density, Random& random) {
  Entries entries;
  entries.rows = full.rows();
  entries.columns = full.cols();
  for (Index i = 0; i < full.rows(); ++i)
    for (Index j = 0; j < full.cols(); ++j) {
      if (density < 1 && !random.chance(density)) continue;
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(full(i, j));
    }
  return entries;
}

inline MatrixData dense_data(const Matrix& full) {
  MatrixData data;
  data.entries = entries_from_dense(Factor(full));
  return data;
}

/// Values at the observed entries as a dense matrix, zero elsewhere.
inline Matrix dense(const ObservedPattern& pattern, const Vector& values) {
  Matrix out = Matrix::Zero(pattern.rows(), pattern.columns());
  pattern.for_each([&](Index k, Index i, Index j) { out(i, j) = values[k]; });
  return out;
}

/// The entries of a dense matrix at the observed positions.
inline Vector observed(const ObservedPattern& pattern, const Matrix& full) {
  Vector out(pattern.observed());
  pattern.for_each([&](Index k, Index i, Index j) { out[k] = full(i, j); });
  return out;
}

inline Vector dense_singular_values(const Matrix& a) {
  return Eigen::JacobiSVD<Matrix>(a).singularValues();
}

/// argmin over X of ||X - Y||^2 / 2 + lambda ||X||_*.
inline Matrix soft_thresholded(const Matrix& y, double lambda) {
  const Eigen::JacobiSVD<Matrix> svd(y, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector shrunk = (svd.singularValues().array() - lambda).max(0.0);
  return svd.matrixU() * shrunk.asDiagonal() * svd.matrixV().transpose();
}

/// Options of a fit without offsets at a given ratio of lambda_max.
inline MatrixFitOptions plain_options(double ratio) {
  MatrixFitOptions options;
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.lambda.value = ratio;
  options.offset = OffsetTerms::none;
  return options;
}

/// The penalised low-rank part X' = U V^T.
inline Matrix low_rank(const MatrixModel& model) { return model.u * model.v.transpose(); }

}  // namespace hadal::test
