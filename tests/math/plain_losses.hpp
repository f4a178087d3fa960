#pragma once

#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/data/entries.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal::test {

/// The convex problem that a model with any loss claims to solve, as dense arrays and with the
/// losses written down once more, and a plain solver: nothing in it knows of factors or duals. Free
/// offsets stay as they are in the model: where they are the best ones, no X is better with them
/// than with others.
class PlainLossProblem {
 public:
  PlainLossProblem(const Entries& entries, const MatrixModel& model)
      : model_(model), y_(Matrix::Zero(entries.rows, entries.columns)), w_(y_), s_(y_), b_(y_) {
    for (Index i = 0; i < s_.rows(); ++i)
      for (Index j = 0; j < s_.cols(); ++j) s_(i, j) = model.norm.at(i, j);
    for (Index k = 0; k < entries.size(); ++k) {
      const Index i = entries.row[k], j = entries.column[k];
      const bool free = model.offset.policy == OffsetPolicy::free;
      if (free) b_(i, j) = model.offset.at(i, j);
      const double value = entries.value[k] - (free ? 0 : model.offset.at(i, j));
      y_(i, j) = model.loss == LossKind::logistic && value == 0 ? -1 : value;
      w_(i, j) = entries.weight.empty() ? 1 : entries.weight[k];
    }
  }

  double objective(const Matrix& x) const {
    return loss(x) + model_.lambda * singular_values(x).sum();
  }

  /// The derivative of the loss in every prediction.
  Matrix slope(const Matrix& x) const {
    Matrix g = Matrix::Zero(x.rows(), x.cols());
    for (Index k = 0; k < x.size(); ++k)
      if (w_(k) > 0) g(k) = w_(k) * derivative(b_(k) + s_(k) * x(k), y_(k));
    return g;
  }

  /// sigma_1 of the gradient in X'.
  double polar(const Matrix& x) const { return singular_values(gradient(x)).maxCoeff(); }

  /// Accelerated proximal gradient with restarts and backtracking from X = 0, until a step is
  /// short. Returns the objective.
  double solve(int iterations) const {
    Matrix x = Matrix::Zero(y_.rows(), y_.cols()), ahead = x;
    double step = 1 / w_.maxCoeff(), momentum = 1, best = objective(x);
    for (int k = 0; k < iterations; ++k) {
      const Matrix g = gradient(ahead);
      const double at = loss(ahead);
      Matrix next;
      for (;; step /= 2) {
        next = shrunk(ahead - step * g, step * model_.lambda);
        const Matrix d = next - ahead;
        if (loss(next) <= at + g.cwiseProduct(d).sum() + d.squaredNorm() / (2 * step) +
                              1e-13 * (1 + std::abs(at)))
          break;
      }
      if ((ahead - next).cwiseProduct(next - x).sum() > 0) momentum = 1;  // it overshot
      const double faster = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead = next + (momentum - 1) / faster * (next - x);
      momentum = faster;
      const bool short_step = (next - x).norm() <= 1e-12 * (1 + x.norm());
      x = next;
      best = std::min(best, objective(x));
      if (short_step) break;
      step *= 1.1;
    }
    return best;
  }

 private:
  double value(double z, double y) const {
    const double e = std::abs(y - z), d = model_.huber_threshold;
    switch (model_.loss) {
      case LossKind::huber:
        return e <= d ? e * e / 2 : d * e - d * d / 2;
      case LossKind::logistic:
        return std::log1p(std::exp(-y * z));
      case LossKind::poisson:
        return std::exp(z) - y * z - (y > 0 ? y - y * std::log(y) : 0);
      default:
        return e * e / 2;
    }
  }
  double derivative(double z, double y) const {
    const double d = model_.huber_threshold;
    switch (model_.loss) {
      case LossKind::huber:
        return std::max(-d, std::min(d, z - y));
      case LossKind::logistic:
        return -y / (1 + std::exp(y * z));
      case LossKind::poisson:
        return std::exp(z) - y;
      default:
        return z - y;
    }
  }

  double loss(const Matrix& x) const {
    const Offset& b = model_.offset;
    double sum = b.ridge / 2 * (b.global * b.global + b.row.squaredNorm() + b.column.squaredNorm());
    for (Index k = 0; k < x.size(); ++k)
      if (w_(k) > 0) sum += w_(k) * value(b_(k) + s_(k) * x(k), y_(k));
    return sum;
  }
  Matrix gradient(const Matrix& x) const { return s_.cwiseProduct(slope(x)); }
  static Vector singular_values(const Matrix& a) {
    return Eigen::JacobiSVD<Matrix>(a).singularValues();
  }
  static Matrix shrunk(const Matrix& a, double by) {
    const Eigen::JacobiSVD<Matrix> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector sigma = (svd.singularValues().array() - by).max(0.0);
    return svd.matrixU() * sigma.asDiagonal() * svd.matrixV().transpose();
  }

  const MatrixModel& model_;
  /// Data less means, weights (0: not observed), scale of the norm, free offsets.
  Matrix y_, w_, s_, b_;
};

}  // namespace hadal::test
