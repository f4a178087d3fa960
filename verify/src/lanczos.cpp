#include "lanczos.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "hadal/algebra/decompositions.hpp"

namespace hadal::verify {

Vector random_direction(Index n) {
  std::random_device entropy;
  std::array<std::random_device::result_type, 32> words{};
  std::ranges::generate(words, std::ref(entropy));
  std::seed_seq seed(words.begin(), words.end());
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Vector direction(n);
  do direction = Vector::NullaryExpr(n, [&](Index) { return normal(generator); });
  while (!(direction.norm() > 0));
  return direction.normalized();
}

Lanczos::Lanczos(Operator apply, const Vector& start)
    : apply_(std::move(apply)), n_(start.size()), basis_(n_, 1) {
  basis_.col(0) = start;
}

void Lanczos::make_orthogonal(Vector& x) const {
  const auto earlier = basis_.leftCols(steps());
  for (int pass = 0; pass < 2; ++pass) x -= earlier * (earlier.transpose() * x);
}

Index Lanczos::extend_to(Index steps_wanted) {
  const Index target = std::min(steps_wanted, n_);
  basis_.conservativeResize(n_, std::max(target + 1, basis_.cols()));
  while (steps() < target) {
    const Index k = steps();
    Vector next = apply_(basis_.col(k));
    diagonal_.push_back(basis_.col(k).dot(next));
    make_orthogonal(next);
    double length = next.norm();
    off_diagonal_.push_back(length);
    if (steps() == n_) break;
    // The space is invariant up to rounding, which has no direction of its own: any further one
    // only enlarges it.
    const double largest = *std::ranges::max_element(diagonal_);
    if (!(length > 1e-14 * largest)) {
      do {
        next = random_direction(n_);
        make_orthogonal(next);
        length = next.norm();
      } while (!(length > 1e-8));
    }
    next /= length;
    make_orthogonal(next);
    basis_.col(k + 1) = next.normalized();
  }
  return steps();
}

Lanczos::Top Lanczos::top() const {
  const Index k = steps();
  if (k == 0) return {};
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  solver.computeFromTridiagonal(Eigen::Map<const Vector>(diagonal_.data(), k),
                                Eigen::Map<const Vector>(off_diagonal_.data(), k - 1));
  return {solver.eigenvalues()[k - 1], solver.eigenvectors()(k - 1, k - 1)};
}

double Lanczos::largest() const { return std::max(0.0, top().value); }

double Lanczos::residual() const {
  return off_diagonal_.empty() ? std::numeric_limits<double>::infinity()
                               : std::abs(off_diagonal_.back() * top().last);
}

double kuczynski_wozniakowski(Index n, Index steps, double failure_probability) {
  const double root =
      (std::log(1.648) + std::log(static_cast<double>(n)) / 2 - std::log(failure_probability)) /
      (2 * static_cast<double>(steps) - 1);
  return root * root;
}

}  // namespace hadal::verify
