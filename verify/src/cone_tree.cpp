#include "cone_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "rounding.hpp"
#include "semidefinite.hpp"

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double vanished = 1e-150;
/// Up to this many halvings the rays' elements, integers times 2^-depth and at most 1, are exact.
constexpr int deepest = 50;

struct Refusal {
  std::string reason;
};
[[noreturn]] void refuse(std::string reason) { throw Refusal{std::move(reason)}; }

void require_cover(const SingleFactor& x, Index rows, Index columns) {
  if (x.rows() != rows || x.cols() != columns)
    refuse(fmt::format("the slack of a cone is {} x {}, expected {} x {}", x.rows(), x.cols(), rows,
                       columns));
  if (!x.allFinite() || (x.size() > 0 && !(x.minCoeff() >= 0)))
    refuse("the slack of a cone holds values that are negative or not finite");
}

/// Walks the tree in pre-order, which by construction divides each cone into two: what can be wrong
/// is a missing or surplus node, a ray out of range or a slack that is none.
class Walk {
 public:
  /// q: with the divided factor's elements as columns, scaled by the exponent.
  Walk(Matrix q, bool other_nonnegative, const ConeTree& tree)
      : q_(std::move(q)), other_nonnegative_(other_nonnegative), tree_(tree) {}

  double run() {
    const auto leaves = static_cast<std::size_t>(
        std::ranges::count_if(tree_.nodes, [](const ConeTree::Node& n) { return n.a < 0; }));
    if (!tree_.cover.empty() && !other_nonnegative_)
      refuse("a cover of the cones needs both factors to be non-negative");
    for (const auto* list : {&tree_.cover, &tree_.gram_cover})
      if (!list->empty() && list->size() != leaves)
        refuse(fmt::format("the tree has {} leaves and {} slacks", leaves, list->size()));
    if (!(tree_.level >= 0) || !(tree_.level < 1e100)) refuse("the level is out of range");
    const Index n = q_.cols();
    std::vector<Cone> waiting;
    waiting.push_back({Matrix::Identity(n, n), 0});
    for (const ConeTree::Node& node : tree_.nodes) {
      if (waiting.empty()) refuse("the tree has more nodes than cones");
      const Cone cone = std::move(waiting.back());
      waiting.pop_back();
      if (node.a < 0) {
        bound_ = std::max(bound_, leaf(cone.rays));
      } else {
        divide(cone, node, waiting);
      }
    }
    if (!waiting.empty()) refuse("the leaves do not make up the orthant");
    return bound_;
  }

 private:
  struct Cone {
    Matrix rays;
    int depth = 0;
  };

  void divide(const Cone& cone, const ConeTree::Node& node, std::vector<Cone>& waiting) const {
    const auto n = static_cast<int>(q_.cols());
    if (node.a >= n || node.b < 0 || node.b >= n || node.a == node.b)
      refuse("a cone is divided along an edge that it does not have");
    if (cone.depth >= deepest) refuse("a cone is divided too often");
    const Vector middle = (cone.rays.col(node.a) + cone.rays.col(node.b)) / 2;
    Cone first{cone.rays, cone.depth + 1}, second = first;
    first.rays.col(node.a) = middle;
    second.rays.col(node.b) = middle;
    waiting.push_back(std::move(second));
    waiting.push_back(std::move(first));
  }

  /// With A = Q C + N, K = A^T A + M and G = C^T C, for v = C theta, theta >= 0 and u of length
  /// one,
  ///   (u^T Q v)^2 <= ||A theta||^2 <= theta^T K theta <= w^2 ||v||^2 + c ||theta||^2
  /// if w^2 G - K + c I >= 0. The columns of C add up to one, so ||theta|| <= sum theta = sum v <=
  /// sqrt(n) ||v||, and w^2 + n c bounds the square. What rounding A leaves out, of norm e, adds
  /// e ||theta||.
  double leaf(const Matrix& rays) {
    const Index n = rays.cols();
    const auto order = static_cast<double>(n);
    Factor a = q_ * rays;
    double size = (q_.cwiseAbs() * rays).norm();
    if (!tree_.cover.empty()) {
      const SingleFactor& cover = tree_.cover[leaf_];
      require_cover(cover, q_.rows(), n);
      a += cover.cast<double>();
      size += cover.cast<double>().norm();
    }
    const double lost = 1.01 * gamma(order + 4) * size + vanished;
    const Gram gram = gram_of(a);
    const Matrix g = tree_.level * tree_.level * (rays.transpose() * rays);
    Matrix h = g - gram.matrix, magnitude = g + gram.matrix.cwiseAbs();
    if (!tree_.gram_cover.empty()) {
      const SingleFactor& m = tree_.gram_cover[leaf_];
      require_cover(m, n, n);
      if (m != m.transpose()) refuse("the Gram slack of a cone is not symmetric");
      h -= m.cast<double>();
      magnitude += m.cast<double>();
    }
    ++leaf_;
    const double largest = magnitude.rowwise().sum().maxCoeff();
    const double error = gram.error + 1.01 * gamma(order + 8) * largest;
    const double c = semidefinite_shift(h) + error;
    return std::sqrt(tree_.level * tree_.level + order * c) * (1 + 16 * unit) +
           std::sqrt(order) * lost * (1 + 8 * unit);
  }

  Matrix q_;
  bool other_nonnegative_;
  const ConeTree& tree_;
  std::size_t leaf_ = 0;
  double bound_ = 0;
};

double derive(const Factor& q, const FactorNorm& u, const FactorNorm& v, const PolarSlack& slack) {
  const ConeTree& tree = slack.tree;
  if (std::abs(slack.exponent) > 1100) refuse("the exponent is out of range");
  if (u.l1 != 0 || v.l1 != 0 || u.tv != 0 || v.tv != 0 || !(u.l2 > 0) || !(v.l2 > 0))
    refuse("a tree proves something about l2 norms only");
  if (!(tree.on_rows ? u : v).nonnegative)
    refuse("a tree divides an orthant, but its factor may have either sign");
  Matrix scaled = q.unaryExpr([&](double x) { return std::ldexp(x, -slack.exponent); });
  if (!scaled.allFinite()) refuse("the exponent does not fit the matrix");
  if (scaled.size() == 0) return 0;
  if (tree.on_rows) scaled.transposeInPlace();
  const double bound = Walk(scaled, (tree.on_rows ? v : u).nonnegative, tree).run();
  const Real weight = Real{u.l2} * v.l2;
  if (!std::isfinite(bound)) return infinity;
  return rounded_up(std::ldexp(Real{bound} / weight * (1 + 8 * wide_unit), slack.exponent));
}

}  // namespace

SlackBound bound_from_tree(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                           const PolarSlack& slack) {
  try {
    return {derive(q, u, v, slack), ""};
  } catch (const Refusal& refusal) {
    return {infinity, refusal.reason};
  }
}

}  // namespace hadal::verify
