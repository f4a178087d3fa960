#include "gram_cover.hpp"

#include <cmath>
#include <limits>

#include "splitting.hpp"

namespace hadal {
namespace {

/// The t with sum of (values - t)_+ = step, for ascending values.
double level_of(const Vector& values, double step) {
  double sum = -step, t = 0;
  for (Index count = 1; count <= values.size(); ++count) {
    sum += values[values.size() - count];
    t = sum / static_cast<double>(count);
    if (count == values.size() || values[values.size() - count - 1] <= t) break;
  }
  return t;
}

/// x <- the proximal point of the largest eigenvalue; false if LAPACK fails.
bool cut_eigenvalues(Matrix& x, double step) {
  Matrix vectors = x;
  Vector values;
  if (!symmetric_eigen(vectors, values, true)) return false;
  const double t = level_of(values, step);
  const Index above = (values.array() > t).count();
  const auto top = vectors.rightCols(above);
  x -= top * (values.tail(above).array() - t).matrix().asDiagonal() * top.transpose();
  return true;
}

double largest(Matrix x) {
  Vector values;
  return symmetric_eigen(x, values, false) ? values.maxCoeff()
                                           : std::numeric_limits<double>::infinity();
}

}  // namespace

SingleFactor gram_cover(const Matrix& k, const Matrix& warm, const GramCoverLimits& limits) {
  constexpr double relaxation = 1.6, step_ratio = 0.5;
  constexpr int evaluation_interval = 10, progress_interval = 50;
  const double step = step_ratio * k.norm();
  const bool usable = warm.rows() == k.rows() && warm.cols() == k.cols();
  Matrix cover = usable ? warm : Matrix::Zero(k.rows(), k.cols());  // state of M
  Matrix sum = k + cover;                                           // state of X
  Matrix best = cover;
  double value = largest(sum), before = value;
  for (int i = 1; i <= limits.iteration_max && value > limits.target; ++i) {
    const Matrix residual = (k + cover - sum) / 2;
    const Matrix kept_cover = cover - residual, kept_sum = sum + residual;
    const Matrix next_cover = (2 * kept_cover - cover).cwiseMax(0);
    Matrix next_sum = 2 * kept_sum - sum;
    if (!cut_eigenvalues(next_sum, step)) break;
    cover += relaxation * (next_cover - kept_cover);
    sum += relaxation * (next_sum - kept_sum);
    const bool last = i == limits.iteration_max || (limits.cancelled && limits.cancelled());
    if (i % evaluation_interval == 0 || last) {
      const Matrix symmetric = (next_cover + next_cover.transpose()) / 2;
      const double now = largest(k + symmetric);
      if (now < value) {
        value = now;
        best = symmetric;
      }
    }
    if (last) break;
    if (i % progress_interval == 0) {
      if (!(value < before * (1 - limits.progress))) break;
      before = value;
    }
  }
  return best.cast<float>();
}

}  // namespace hadal
