#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/cone_tree.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double vanished = 1e-150;

/// The bound on a cone {C theta}, C exact with columns that add up to 1, for A = Q C + N and M:
///   (u^T Q v)^2 <= theta^T (A^T A + M) theta <= w^2 ||C theta||^2 + c ||theta||^2,
/// where K - w^2 G <= c, K = A^T A + M, G = C^T C; and ||theta|| <= sum theta = sum of C theta <=
/// sqrt(n) ||C theta||. So w^2 + n c bounds the square. The rounding of A, of Frobenius norm e,
/// adds e ||theta|| <= e sqrt(n) to the root.
double cone_bound(const Matrix& q, const Matrix& rays, const Matrix& cover,
                  const Matrix& gram_cover, double level) {
  const auto n = static_cast<double>(rays.cols());
  Matrix a = q * rays;
  double size = (q.cwiseAbs() * rays).norm();
  if (cover.size() > 0) {
    a += cover;
    size += cover.norm();
  }
  const double rounding = 1.01 * rounding_gamma(n + 4) * size + vanished;
  const Gram k = gram_of_tall(Factor(a));
  const Matrix g = rays.transpose() * rays;
  Gram excess;
  excess.lower = k.lower - level * level * g;
  const Matrix magnitude = k.lower.cwiseAbs() + level * level * g + gram_cover.cwiseAbs();
  excess.lower += gram_cover;
  excess.error = k.error + 1.01 * rounding_gamma(n + 8) * magnitude.rowwise().sum().maxCoeff();
  // Shifted upwards, so that verified_root, which is for a positive trial, can be asked.
  const double shift = 2 * level * level * n + magnitude.maxCoeff();
  excess.lower.diagonal().array() += shift;
  excess.error += 2 * unit_roundoff * (shift + excess.lower.cwiseAbs().maxCoeff());
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(excess.lower, Eigen::EigenvaluesOnly);
  const double top = eigen.eigenvalues().maxCoeff();
  if (!(top > 0)) return infinity;
  const double root = verified_root(excess, std::sqrt(top), 1e-14);
  const double c = std::max(0.0, root * root * (1 + 4 * unit_roundoff) - shift);
  return (std::sqrt(level * level + n * c) + std::sqrt(n) * rounding) * (1 + 16 * unit_roundoff);
}

}  // namespace

PolarBound cone_tree_bound(const Matrix& q, const PolarSlack& slack) {
  const ConeTree& tree = slack.tree;
  Matrix scaled = q.unaryExpr([&](double x) { return std::ldexp(x, -slack.exponent); });
  if (tree.on_rows) scaled.transposeInPlace();
  const Index n = scaled.cols();
  std::vector<Matrix> waiting{Matrix::Identity(n, n)};
  std::size_t leaf = 0;
  double bound = 0;
  for (const ConeTree::Node& node : tree.nodes) {
    const Matrix rays = waiting.back();
    waiting.pop_back();
    if (node.a < 0) {
      const Matrix cover = tree.cover.empty() ? Matrix() : tree.cover[leaf].cast<double>();
      const Matrix gram_cover = tree.gram_cover.empty() ? Matrix(Matrix::Zero(n, n))
                                                        : tree.gram_cover[leaf].cast<double>();
      bound = std::max(bound, cone_bound(scaled, rays, cover, gram_cover, tree.level));
      ++leaf;
      continue;
    }
    const Vector middle = (rays.col(node.a) + rays.col(node.b)) / 2;
    Matrix first = rays, second = rays;
    first.col(node.a) = middle;
    second.col(node.b) = middle;
    waiting.push_back(std::move(second));
    waiting.push_back(std::move(first));
  }
  bound = std::nextafter(std::ldexp(bound, slack.exponent), infinity);
  if (!std::isfinite(bound) || tree.nodes.empty() || !waiting.empty())
    return {infinity, Proof::none, "no proof by cones", 1};
  return {bound, Proof::deterministic, "branch and bound over cones, verified", 0};
}

}  // namespace hadal
