#include "hadal/atom/collapse.hpp"

#include <cmath>
#include <vector>

#include "hadal/algebra/decompositions.hpp"

namespace hadal {
namespace {

/// b != 0 with maps b = 0 to rounding, or nothing.
Vector dependence(const Matrix& maps) {
  constexpr double rounding = 1e-12;
  Eigen::ColPivHouseholderQR<Matrix> qr(maps);
  qr.setThreshold(rounding);
  const Index rank = qr.rank();
  if (rank == maps.cols()) return {};
  // R = [A c ..]: the first dependent column c is A x, so that [x; -1; 0] is in the null space.
  Vector b = Vector::Zero(maps.cols());
  if (rank > 0)
    b.head(rank) = qr.matrixR()
                       .topLeftCorner(rank, rank)
                       .triangularView<Eigen::Upper>()
                       .solve(qr.matrixR().col(rank).head(rank));
  b[rank] = -1;
  return qr.colsPermutation() * b;
}

}  // namespace

Vector collapse(const Matrix& maps, const Vector& penalties) {
  Vector s = Vector::Ones(maps.cols());
  std::vector<Index> left(static_cast<std::size_t>(maps.cols()));
  for (Index k = 0; k < maps.cols(); ++k) left[static_cast<std::size_t>(k)] = k;
  while (!left.empty()) {
    Vector b = dependence(maps(Eigen::all, left));
    if (b.size() == 0) break;
    if (b.dot(Vector(penalties(left))) > 0) b = -b;
    if (b.minCoeff() >= 0) b = -b;  // free atoms: either sign keeps the penalty
    // s + t b: the first element to vanish.
    double t = std::numeric_limits<double>::infinity();
    Index first = -1;
    for (Index k = 0; k < b.size(); ++k) {
      const double until = b[k] < 0 ? -s[left[static_cast<std::size_t>(k)]] / b[k] : t;
      if (until < t) {
        t = until;
        first = k;
      }
    }
    if (first < 0) break;
    for (Index k = 0; k < b.size(); ++k) s[left[static_cast<std::size_t>(k)]] += t * b[k];
    const Index gone = left[static_cast<std::size_t>(first)];
    s[gone] = 0;
    std::erase(left, gone);
  }
  return s.cwiseMax(0);
}

}  // namespace hadal
