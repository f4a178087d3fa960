#pragma once

#include <functional>
#include <vector>

#include "hadal/types.hpp"

namespace hadal::verify {

/// A start vector drawn uniformly from the unit sphere, with the system's entropy: one known
/// beforehand proves nothing.
Vector random_direction(Index n);

/// Lanczos on a symmetric positive semidefinite operator of order n, never restarted, each new
/// vector made orthogonal twice to all earlier ones.
class Lanczos {
 public:
  using Operator = std::function<Vector(const Vector&)>;

  /// Precondition: start has unit norm.
  Lanczos(Operator apply, const Vector& start);

  /// Makes `steps` products in all, or as many as the dimension allows; returns how many were made.
  Index extend_to(Index steps);
  Index steps() const { return static_cast<Index>(diagonal_.size()); }

  /// Largest eigenvalue of the projected operator: a lower value of the operator's largest.
  double largest() const;
  /// Norm of the residual of the eigenpair estimate behind largest().
  double residual() const;

 private:
  struct Top {
    double value = 0;
    double last = 0;  ///< last component of its eigenvector
  };
  Top top() const;
  void make_orthogonal(Vector& x) const;

  Operator apply_;
  Index n_;
  Matrix basis_;  ///< orthonormal columns, steps() + 1 of them in use
  std::vector<double> diagonal_, off_diagonal_;
};

/// Kuczynski and Wozniakowski (SIAM J. Matrix Anal. Appl. 13, 1992, theorem 4.2): after k steps
/// from a start uniform on the sphere in dimension n, the value xi found satisfies, for every e in
/// (0, 1), P[xi < (1 - e) lambda_1] <= 1.648 sqrt(n) exp(-sqrt(e) (2 k - 1)).
/// Returns the e for which the right-hand side is `failure_probability`; 1 or more: k is too small
/// to say anything.
double kuczynski_wozniakowski(Index n, Index steps, double failure_probability);

}  // namespace hadal::verify
