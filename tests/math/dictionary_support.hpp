#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "math/support.hpp"

namespace hadal::test {

/// min over M of sum over observed (i, j) of w_ij (y_ij - (A M B^T)_ij)^2 / 2 + lambda ||M||_*, as
/// dense arrays: a plain accelerated proximal gradient method that knows nothing of factors.
struct InductiveProblem {
  Matrix y, w;  ///< w is 0 where nothing is observed
  Matrix a, b;
  double lambda = 0;

  Matrix residual(const Matrix& m) const { return w.cwiseProduct(y - a * m * b.transpose()); }
  double objective(const Matrix& m) const {
    const Matrix e = y - a * m * b.transpose();
    return w.cwiseProduct(e.cwiseAbs2()).sum() / 2 + lambda * dense_singular_values(m).sum();
  }
  /// Weak duality at R scaled until sigma_1(A^T R B) <= lambda.
  double dual(const Matrix& m) const {
    const Matrix r = residual(m);
    const double polar = dense_singular_values(a.transpose() * r * b).maxCoeff();
    const double linear = r.cwiseProduct(y).sum();
    double quadratic = 0;
    for (Index k = 0; k < r.size(); ++k)
      if (w(k) > 0) quadratic += r(k) * r(k) / w(k);
    double s = polar > lambda ? lambda / polar : 1;
    if (quadratic > 0) s = std::clamp(linear / quadratic, 0.0, s);
    return s * linear - s * s * quadratic / 2;
  }
  /// The lowest value found and the highest bound.
  std::pair<double, double> solve(int iterations) const {
    const double norms = dense_singular_values(a)[0] * dense_singular_values(b)[0];
    const double step = 1 / (norms * norms * w.maxCoeff());
    Matrix m = Matrix::Zero(a.cols(), b.cols()), ahead = m;
    double momentum = 1, best = objective(m), bound = dual(m);
    for (int k = 1; k <= iterations; ++k) {
      const Matrix next =
          soft_thresholded(ahead + step * a.transpose() * residual(ahead) * b, step * lambda);
      if ((ahead - next).cwiseProduct(next - m).sum() > 0) momentum = 1;
      const double faster = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead = next + (momentum - 1) / faster * (next - m);
      momentum = faster;
      m = next;
      if (k % 20 != 0) continue;
      best = std::min(best, objective(m));
      bound = std::max(bound, dual(m));
      if (best - bound <= 1e-11 * best) break;
    }
    return {best, bound};
  }
};

inline InductiveProblem inductive_problem(const Entries& entries, const Matrix& a, const Matrix& b,
                                          double lambda) {
  InductiveProblem p{Matrix::Zero(entries.rows, entries.columns), {}, a, b, lambda};
  p.w = p.y;
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    p.y(entries.row[k], entries.column[k]) = entries.value[k];
    p.w(entries.row[k], entries.column[k]) = entries.weight.empty() ? 1 : entries.weight[k];
  }
  return p;
}

/// A M B^T of a model.
inline Matrix lifted_low_rank(const MatrixModel& model) {
  return model.dictionary_u.times(model.u) * model.dictionary_v.times(model.v).transpose();
}

}  // namespace hadal::test
