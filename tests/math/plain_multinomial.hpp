#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/model/matrix_model.hpp"
#include "math/support.hpp"

namespace hadal::test {

/// The convex problem that a multinomial model claims to solve, over the dense matrix of scores,
/// rows x (columns C), with the loss written down once more, and a plain solver.
class PlainMultinomial {
 public:
  PlainMultinomial(const Entries& entries, const MatrixModel& model)
      : entries_(entries), model_(model), count_(model.scores()) {}

  double objective(const Matrix& z) const {
    return loss(z) + model_.lambda * dense_singular_values(z).sum();
  }
  double polar(const Matrix& z) const { return dense_singular_values(gradient(z)).maxCoeff(); }

  /// Accelerated proximal gradient with restarts from Z = 0, until a step is short. Returns the
  /// objective. Scales of the norm stay outside: Z is X'.
  double solve(int iterations) const {
    Matrix z = Matrix::Zero(entries_.rows, entries_.columns * count_), ahead = z;
    const double step = 2 / heaviest();  // the Hessian is at most w / 2
    double momentum = 1, best = objective(z);
    for (int k = 0; k < iterations; ++k) {
      const Matrix next = soft_thresholded(ahead - step * gradient(ahead), step * model_.lambda);
      if ((ahead - next).cwiseProduct(next - z).sum() > 0) momentum = 1;  // it overshot
      const double faster = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      ahead = next + (momentum - 1) / faster * (next - z);
      momentum = faster;
      const bool short_step = (next - z).norm() <= 1e-12 * (1 + z.norm());
      z = next;
      best = std::min(best, objective(z));
      if (short_step) break;
    }
    return best;
  }

  double loss(const Matrix& z) const {
    double sum = 0;
    for (Index k = 0; k < entries_.size(); ++k) {
      const Vector scores = scores_of_entry(z, k);
      sum += w(k) * (std::log(scores.array().exp().sum()) - scores[place(k)]);
    }
    return sum;
  }
  Matrix gradient(const Matrix& z) const {
    Matrix g = Matrix::Zero(z.rows(), z.cols());
    for (Index k = 0; k < entries_.size(); ++k) {
      Vector p = scores_of_entry(z, k).array().exp();
      p /= p.sum();
      p[place(k)] -= 1;
      for (Index c = 0; c < count_; ++c) {
        const Index at = entries_.column[k] * count_ + c;
        g(entries_.row[k], at) = model_.norm.at(entries_.row[k], at) * w(k) * p[c];
      }
    }
    return g;
  }

 private:
  double w(Index k) const { return entries_.weight.empty() ? 1 : entries_.weight[k]; }
  double heaviest() const {
    double most = 0;
    for (Index k = 0; k < entries_.size(); ++k) most = std::max(most, w(k));
    return most;
  }
  Index place(Index k) const {
    Index at = 0;
    while (static_cast<double>(model_.categories[static_cast<std::size_t>(at)]) !=
           entries_.value[k])
      ++at;
    return at;
  }
  Vector scores_of_entry(const Matrix& z, Index k) const {
    Vector scores(count_);
    for (Index c = 0; c < count_; ++c) {
      const Index at = entries_.column[k] * count_ + c;
      scores[c] = model_.norm.at(entries_.row[k], at) * z(entries_.row[k], at);
    }
    return scores;
  }

  const Entries& entries_;
  const MatrixModel& model_;
  Index count_;
};

/// Categories 1, 2, .. C drawn from planted scores of rank 2, each observed with this probability.
inline MatrixData planted_categories(Index rows, Index columns, Index categories, double density,
                                     double strength, Random& random) {
  const Matrix z = strength * random.matrix(rows, 2) * random.matrix(2, columns * categories);
  Matrix y(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      Vector p = z.row(i).segment(j * categories, categories).array().exp();
      double left = random.uniform(0, p.sum());
      Index c = 0;
      while (c + 1 < categories && (left -= p[c]) > 0) ++c;
      y(i, j) = static_cast<double>(c + 1);
    }
  MatrixData data;
  data.entries = sampled_entries(y, density, random);
  return data;
}

}  // namespace hadal::test
