#include "hadal/certify/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "hadal/algebra/decompositions.hpp"

namespace hadal {

Lanczos::Lanczos(Index dimension, std::uint64_t seed, Operator apply)
    : dimension_(dimension), random_state_(seed), apply_(std::move(apply)) {
  next_ = random_direction();
}

Vector Lanczos::random_direction() {
  // std::normal_distribution differs between standard libraries; only the direction matters here
  // and the model must not depend on the library, so normal deviates come from Box and Muller.
  std::mt19937_64 generator(random_state_++);
  const auto uniform = [&] { return (static_cast<double>(generator() >> 11) + 0.5) * 0x1p-53; };
  Vector x(dimension_);
  for (Index i = 0; i < dimension_; ++i) {
    x[i] = std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform());
  }
  return x.normalized();
}

void Lanczos::step() {
  basis_.col(steps_) = next_;
  Vector w;
  apply_(next_, w);
  diagonal_.push_back(next_.dot(w));
  ++steps_;
  const auto basis = basis_.leftCols(steps_);
  for (int pass = 0; pass < 2; ++pass) w -= basis * (basis.transpose() * w);  // twice is enough
  double norm = w.norm();
  const double scale = *std::max_element(diagonal_.begin(), diagonal_.end());
  if (!(norm > 1e-14 * scale)) {
    // The Krylov space is invariant: go on with a fresh direction, uncoupled from it.
    w = random_direction();
    for (int pass = 0; pass < 2; ++pass) w -= basis * (basis.transpose() * w);
    off_diagonal_.push_back(0);
    norm = w.norm();
  } else {
    off_diagonal_.push_back(norm);
  }
  next_ = norm > 0 ? Vector(w / norm) : Vector(Vector::Zero(dimension_));
}

void Lanczos::run_to(Index steps) {
  steps = std::min(steps, dimension_);
  if (steps <= steps_) return;
  basis_.conservativeResize(dimension_, steps);
  while (steps_ < steps) step();
  Eigen::SelfAdjointEigenSolver<Matrix> eigen;
  const Vector diagonal = Eigen::Map<const Vector>(diagonal_.data(), steps_);
  const Vector off = Eigen::Map<const Vector>(off_diagonal_.data(), steps_ - 1);
  eigen.computeFromTridiagonal(diagonal, off);
  ritz_values_ = eigen.eigenvalues().reverse();
  ritz_coordinates_ = eigen.eigenvectors().rowwise().reverse();
}

Matrix Lanczos::ritz_vectors(Index count) const {
  return basis_.leftCols(steps_) * ritz_coordinates_.leftCols(count);
}

double largest_eigenvalue_bound(double ritz_value, Index steps, Index dimension,
                                double failure_probability) {
  if (steps >= dimension) {
    // The Krylov space is all of R^n: what is missing is rounding, and couplings of relative size
    // 1e-14 that were taken for a breakdown.
    constexpr double eps = std::numeric_limits<double>::epsilon();
    return ritz_value * (1 + 64 * eps * static_cast<double>(dimension));
  }
  const double decades =
      std::log(1.648 * std::sqrt(static_cast<double>(dimension)) / failure_probability);
  const double root = decades / static_cast<double>(2 * steps - 1);
  const double e = root * root;
  return e < 1 ? ritz_value / (1 - e) : std::numeric_limits<double>::infinity();
}

}  // namespace hadal
