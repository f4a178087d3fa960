#include "proximal_side.hpp"

#include <algorithm>
#include <array>

namespace hadal {

void minimise_atoms(Side& side, const Matrix& target, const Matrix& gram, const Vector& other_norm,
                    double lambda_over_curvature, double tolerance) {
  const bool slow = side.prox.norm().tv > 0;
  const Index r = side.x.cols(), together = slow ? 4 : 1;
  const int rounds = slow ? 1 : 2;
  const auto minimise = [&](Index c, Index first, Index count, Vector& next) {
    const double g = gram.col(c).segment(first, count).cwiseAbs().sum();
    if (!(gram(c, c) > 0)) {
      next.setZero(side.x.rows());
      return;
    }
    const Vector at = side.x.col(c) + (target.col(c) - side.x * gram.col(c)) / g;
    side.prox(at, lambda_over_curvature * other_norm[c] / g, tolerance / g, side.duals[c], next);
  };
  std::array<Vector, 4> next;
  for (int round = 0; round < rounds; ++round) {
    for (Index first = 0; first < r; first += together) {
      const Index count = std::min(together, r - first);
#pragma omp parallel for schedule(dynamic, 1) if (count > 1)
      for (Index s = 0; s < count; ++s) minimise(first + s, first, count, next[s]);
      for (Index s = 0; s < count; ++s) side.x.col(first + s) = next[s];
    }
  }
}

void keep_columns(Side& side, const std::vector<Index>& kept) {
  side.x = Matrix(side.x(Eigen::all, kept));
  side.before = Matrix(side.before(Eigen::all, kept));
  std::vector<Vector> duals;
  for (const Index c : kept) duals.push_back(std::move(side.duals[static_cast<std::size_t>(c)]));
  side.duals = std::move(duals);
}

Vector norms_of(const Side& side) {
  Vector norm(side.x.cols());
  for (Index c = 0; c < norm.size(); ++c) norm[c] = side.norm(c);
  return norm;
}

}  // namespace hadal
