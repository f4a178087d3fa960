#include "hadal/certify/polar_search.hpp"

#include <algorithm>
#include <random>

#include "hadal/algebra/decompositions.hpp"

namespace hadal {
namespace {

/// x, or its positive part, of length one; false where nothing is left.
bool normalise(Vector& x, bool nonnegative) {
  if (nonnegative) x = x.cwiseMax(0);
  const double largest = x.size() > 0 ? x.cwiseAbs().maxCoeff() : 0;
  if (!(largest > 0)) return false;
  x /= largest;  // first, so that no square overflows or vanishes
  x /= x.norm();
  return true;
}

}  // namespace

PolarPair polar_ascent(const Matrix& q, bool u_nonnegative, bool v_nonnegative, Vector v) {
  constexpr int steps_max = 500;
  constexpr double settled = 1e-13;
  PolarPair pair;
  if (!normalise(v, v_nonnegative)) return pair;
  for (int k = 0; k < steps_max; ++k) {
    Vector u = q * v;
    if (!normalise(u, u_nonnegative)) break;
    v = q.transpose() * u;
    if (!normalise(v, v_nonnegative)) break;
    const double value = u.dot(q * v), before = pair.value;
    if (value > before) pair = {value, u, v};
    if (!(value > before * (1 + settled))) break;
  }
  return pair;
}

PolarPair polar_search(const Matrix& q, bool u_nonnegative, bool v_nonnegative, int random_starts,
                       std::uint64_t seed) {
  PolarPair best;
  const auto try_from = [&](const Vector& v) {
    PolarPair found = polar_ascent(q, u_nonnegative, v_nonnegative, v);
    if (found.value > best.value) best = std::move(found);
  };
  const Index n = q.cols();
  const double largest = q.size() > 0 ? q.cwiseAbs().maxCoeff() : 0.0;
  if (!(largest > 0)) return best;
  const Matrix scaled = q / largest;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(Matrix(scaled.transpose() * scaled));
  for (Index k = 0; k < std::min<Index>(n, 16); ++k) {
    const Vector v = eigen.eigenvectors().col(n - 1 - k);
    try_from(v);
    try_from(-v);
  }
  for (Index j = 0; j < std::min<Index>(n, 256); ++j) try_from(Vector::Unit(n, j));
  try_from(Vector::Ones(n));
  std::mt19937_64 generator(seed);
  for (int k = 0; k < random_starts; ++k) {
    try_from(Vector::NullaryExpr(n, [&] {
      const double uniform = static_cast<double>(generator() >> 11) * 0x1p-53;
      return v_nonnegative ? uniform * uniform : 2 * uniform - 1;
    }));
  }
  return best;
}

}  // namespace hadal
