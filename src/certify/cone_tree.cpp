#include "hadal/certify/cone_tree.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

#include "cone_relaxation.hpp"
#include "hadal/certify/polar_search.hpp"

namespace hadal {
namespace {

/// Halvings along any edge keep the rays' elements exact in double precision up to this depth.
constexpr int depth_max = 45;

struct Cone {
  Matrix rays;
  ConePoint point;
  int depth = 0;
  int a = -1, b = -1;                 ///< the edge that was split
  std::size_t first = 0, second = 0;  ///< children, where split
};

class Search {
 public:
  Search(const Matrix& q, bool u_nonnegative, const ConeTreeOptions& options, PolarPair& best)
      : q_(q), u_nonnegative_(u_nonnegative), options_(options), best_(best) {}

  void run() {
    Cone root;
    root.rays = Matrix::Identity(q_.cols(), q_.cols());
    root.point = cone_start(q_, root.rays, u_nonnegative_);
    improve(q_, root.rays, target(), root.point);
    add(std::move(root));
    while (cones_[open_.top().second].point.square > target() &&
           static_cast<Index>(cones_.size()) < options_.nodes_max &&
           !(options_.cancelled && options_.cancelled())) {
      const std::size_t worst = open_.top().second;
      if (cones_[worst].depth >= depth_max) break;
      open_.pop();
      split(worst);
    }
  }

  Index nodes() const { return static_cast<Index>(cones_.size()); }

  ConeTree tree() const {
    ConeTree tree;
    tree.level = std::sqrt(cones_[open_.top().second].point.square);
    append(0, tree);
    return tree;
  }

 private:
  /// A little below the precision asked for: the slack is rounded to single precision later.
  double target() const {
    const double floor = options_.precision * q_.cwiseAbs().maxCoeff();
    const double w = std::max(best_.value * (1 + 0.8 * options_.precision), floor);
    return w * w;
  }

  void add(Cone cone) {
    // The middle of the cone may lead to a better pair.
    const PolarPair found =
        polar_ascent(q_, u_nonnegative_, true, Vector(cone.rays.rowwise().sum()));
    if (found.value > best_.value) best_ = found;
    open_.push({cone.point.square, cones_.size()});
    cones_.push_back(std::move(cone));
  }

  void split(std::size_t parent) {
    const Matrix rays = cones_[parent].rays;
    int a = 0, b = 1;
    double longest = -1;
    for (int i = 0; i < rays.cols(); ++i) {
      for (int j = i + 1; j < rays.cols(); ++j) {
        const double length = (rays.col(i) - rays.col(j)).squaredNorm();
        if (length > longest) {
          longest = length;
          a = i;
          b = j;
        }
      }
    }
    cones_[parent].a = a;
    cones_[parent].b = b;
    for (const int replaced : {a, b}) {
      Matrix inside = Matrix::Identity(rays.cols(), rays.cols());
      inside.col(replaced).setZero();
      inside(a, replaced) = inside(b, replaced) = 0.5;
      Cone child;
      child.rays = rays * inside;
      child.point = cones_[parent].point.inside(inside);
      child.depth = cones_[parent].depth + 1;
      improve(q_, child.rays, target(), child.point);
      (replaced == a ? cones_[parent].first : cones_[parent].second) = cones_.size();
      add(std::move(child));
    }
    cones_[parent].point = {};
  }

  void append(std::size_t at, ConeTree& tree) const {
    const Cone& cone = cones_[at];
    tree.nodes.push_back({cone.a, cone.b});
    if (cone.a < 0) {
      if (u_nonnegative_) tree.cover.push_back(cone.point.cover.cast<float>());
      tree.gram_cover.emplace_back(
          Matrix(cone.point.gram_cover.selfadjointView<Eigen::Lower>()).cast<float>());
      return;
    }
    append(cone.first, tree);
    append(cone.second, tree);
  }

  const Matrix& q_;
  bool u_nonnegative_;
  const ConeTreeOptions& options_;
  PolarPair& best_;
  std::vector<Cone> cones_;
  std::priority_queue<std::pair<double, std::size_t>> open_;  ///< by the square of the bound
};

}  // namespace

ConeTreeResult polar_by_cones(const Matrix& q, bool u_nonnegative, bool v_nonnegative,
                              const ConeTreeOptions& options) {
  ConeTreeResult result;
  const double largest = q.size() > 0 ? q.cwiseAbs().maxCoeff() : 0.0;
  if (!(largest > 0)) {
    result.bound.proof = Proof::deterministic;
    result.bound.method = "zero";
    result.bound.failure_probability = 0;
    return result;
  }
  std::frexp(largest, &result.slack.exponent);
  const bool on_rows = u_nonnegative && (!v_nonnegative || q.rows() < q.cols());
  Matrix scaled = q.unaryExpr([&](double x) { return std::ldexp(x, -result.slack.exponent); });
  if (on_rows) scaled.transposeInPlace();
  const bool other = on_rows ? v_nonnegative : u_nonnegative;
  PolarPair best = polar_search(scaled, other, true);
  Search search(scaled, other, options, best);
  search.run();
  result.slack.tree = search.tree();
  result.slack.tree.on_rows = on_rows;
  result.nodes = search.nodes();
  result.value = std::ldexp(best.value, result.slack.exponent);
  result.u = on_rows ? best.v : best.u;
  result.v = on_rows ? best.u : best.v;
  result.bound = cone_tree_bound(q, result.slack);
  return result;
}

}  // namespace hadal
