#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// Un-restarted Lanczos with full reorthogonalisation for a symmetric positive semidefinite
/// operator on R^n, from a start drawn uniformly on the sphere. Every Ritz value is a lower value
/// of the largest eigenvalue; `largest_eigenvalue_bound` turns it into an upper bound that may fail
/// with a small probability over the start.
class Lanczos {
 public:
  using Operator = std::function<void(const Vector& x, Vector& y)>;  ///< y = A x

  Lanczos(Index dimension, std::uint64_t seed, Operator apply);

  /// Runs until `steps` steps in all (at most the dimension) have been made.
  void run_to(Index steps);
  Index steps() const { return steps_; }
  Index dimension() const { return dimension_; }

  /// Ritz values, largest first.
  const Vector& ritz_values() const { return ritz_values_; }
  /// Orthonormal Ritz vectors of the `count` largest, as columns.
  Matrix ritz_vectors(Index count) const;

 private:
  void step();
  Vector random_direction();

  Index dimension_, steps_ = 0;
  std::uint64_t random_state_;
  Operator apply_;
  Matrix basis_;
  Vector next_;
  std::vector<double> diagonal_, off_diagonal_;
  Vector ritz_values_;
  Matrix ritz_coordinates_;
};

/// Upper bound on the largest eigenvalue of A given the largest Ritz value xi after `steps` steps:
/// P[xi < (1 - e) lambda_1] <= 1.648 sqrt(n) exp(-sqrt(e) (2 steps - 1)) (Kuczynski and
/// Wozniakowski, SIAM J. Matrix Anal. 1992, theorem 4.2), solved for e at the given failure
/// probability; infinity when e would reach 1. After as many steps as dimensions the Ritz values
/// are the eigenvalues, and the bound is the value itself plus its rounding.
double largest_eigenvalue_bound(double ritz_value, Index steps, Index dimension,
                                double failure_probability);

}  // namespace hadal
