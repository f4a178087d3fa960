#include "hadal/certify/direction_bound.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

#include "hadal/algebra/decompositions.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

/// A box on the face of a cube, where coordinate `axis` is `sign`.
struct Box {
  Index axis = 0;
  double sign = 1;
  Vector low, high;  ///< all coordinates, low = high = sign for `axis`

  Vector middle() const { return (low + high) / 2; }
  Index widest() const {
    Index at = 0;
    (high - low).maxCoeff(&at);
    return at;
  }
};

/// What is known of the unit vectors u in the cone over a box: with l2 norms they lie in the cap of
/// all u with <u, axis> >= cosine, which is convex where it is less than a quarter turn. With l1
/// norms, and all coordinates of one sign, they are convex combinations of the corners, scaled to
/// length 1; else the cap tells, and that ||u||_2 <= ||u||_1.
class Cap {
 public:
  Vector axis;
  /// Of length 1: linear functions along it differ least between the cone's unit vectors.
  Vector level;
  double cosine = 1, sine = 0;

  Cap(const Box& box, UnitPenalty norm) : axis(box.middle().normalized()), level(axis) {
    Matrix corners = corners_of(box);
    for (auto corner : corners.colwise())
      cosine = std::min(cosine, corner.dot(axis) / corner.norm());
    cosine = std::max(0.0, cosine - rounding);
    sine = std::sqrt((1 - cosine) * (1 + cosine)) + rounding;
    if (norm == UnitPenalty::product || (box.low.array() * box.high.array()).minCoeff() < 0) return;
    for (auto corner : corners.colwise()) corner /= corner.lpNorm<1>();
    corners_ = std::move(corners);
    level = axis.cwiseSign().normalized();
  }

  /// max of <a, u>.
  double largest(const Vector& a) const {
    if (corners_.size() > 0)
      return (corners_.transpose().lazyProduct(a)).maxCoeff() + rounding * a.norm();
    const double along = a.dot(axis), length = a.norm();
    if (along >= length * cosine) return length;
    return along * cosine + std::sqrt(std::max(0.0, length * length - along * along)) * sine;
  }
  /// The sign of <p, u> where it is the same for all u, else 0. Where rounding decides wrongly
  /// |<p, u>| is of rounding size.
  int side(const Vector& p, double length) const {
    if (corners_.size() > 0) {
      const Vector at = corners_.transpose().lazyProduct(p);
      return at.minCoeff() > 0 ? 1 : at.maxCoeff() < 0 ? -1 : 0;
    }
    const double t = p.dot(axis);
    if (std::abs(t) <= length * sine) return 0;
    return t > 0 ? 1 : -1;
  }
  /// max of |u - axis|.
  double radius() const { return std::sqrt(2 * (1 - cosine)) + rounding; }

 private:
  static Matrix corners_of(const Box& box) {
    const Index dimensions = box.low.size();
    Matrix corners(dimensions, Index{1} << (dimensions - 1));
    Index count = 0;
    for (Index corner = 0; corner < (Index{1} << dimensions); ++corner) {
      if (corner >> box.axis & 1) continue;
      for (Index j = 0; j < dimensions; ++j)
        corners(j, count) = corner >> j & 1 ? box.high[j] : box.low[j];
      ++count;
    }
    return corners;
  }

  static constexpr double rounding = 4e-15;
  Matrix corners_;
};

struct Node {
  double bound = 0;
  Box box;
  Matrix linear;                 ///< outputs x dimensions: sum of q_i slope_i p_i^T
  std::vector<Index> undecided;  ///< samples that may be on either side
  bool operator<(const Node& other) const { return bound < other.bound; }
};

class Division {
 public:
  Division(const Factor& points, const Factor& q, const TwoSlopes& slopes, UnitPenalty norm)
      : p_(points), q_(q), slopes_(slopes), norm_(norm), lengths_(points.rowwise().norm()) {}

  double lower() const { return lower_; }
  const Vector& direction() const { return direction_; }
  Index nodes() const { return nodes_; }

  std::vector<Node> faces() {
    std::vector<Node> nodes;
    const Index dimensions = p_.cols();
    for (Index axis = 0; axis < dimensions; ++axis)
      for (const double sign : {1.0, -1.0}) {
        if (sign < 0 && slopes_.mean == 0) continue;  // f(-u) = f(u)
        Node node;
        node.bound = std::numeric_limits<double>::infinity();
        node.box = {axis, sign, Vector::Constant(dimensions, -1), Vector::Ones(dimensions)};
        node.box.low[axis] = node.box.high[axis] = sign;
        node.linear = Matrix::Zero(q_.cols(), dimensions);
        node.undecided.resize(static_cast<std::size_t>(p_.rows()));
        for (Index i = 0; i < p_.rows(); ++i) node.undecided[static_cast<std::size_t>(i)] = i;
        bound(node);
        nodes.push_back(std::move(node));
      }
    return nodes;
  }

  std::array<Node, 2> halves(Node&& node) {
    const Index at = node.box.widest();
    const double middle = (node.box.low[at] + node.box.high[at]) / 2;
    std::array<Node, 2> parts{node, std::move(node)};
    parts[0].box.high[at] = middle;
    parts[1].box.low[at] = middle;
    for (Node& part : parts) bound(part);
    return parts;
  }

 private:
  void bound(Node& node) {
    ++nodes_;
    const Cap cap(node.box, norm_);
    decide(cap, node);
    const Vector v = direction_at(cap.axis, node);
    const auto count = static_cast<Index>(node.undecided.size());
    Vector share(count), reach(count);  // <q_i, v>, and half the largest |p_i^T u|
    double above = 0, below = 0, across = 0;
    Matrix linear = node.linear;
    for (Index k = 0; k < count; ++k) {
      const Index i = node.undecided[static_cast<std::size_t>(k)];
      share[k] = q_.row(i).dot(v);
      reach[k] = slopes_.half * std::max(cap.largest(p_.row(i)), cap.largest(-p_.row(i)));
      (share[k] > 0 ? above : below) += std::abs(share[k]) * reach[k];
      if (v.size() > 1) across += reach[k] * (q_.row(i).transpose() - share[k] * v).norm();
      linear += slopes_.mean * q_.row(i).transpose() * p_.row(i);
    }
    const Vector plain = linear.transpose() * v;
    const double along = std::max(cap.largest(turned(plain, share, cap.level, node)) + above,
                                  cap.largest(-plain) + below);
    double second = 0;
    if (v.size() > 1) {
      linear -= v * plain.transpose();
      second = (linear * cap.axis).norm() + linear.norm() * cap.radius() + across;
    }
    node.bound = std::min(node.bound, std::hypot(std::max(along, 0.0), second));
  }

  /// Moves what the cap decides from the undecided to the linear part.
  void decide(const Cap& cap, Node& node) const {
    const double above = slopes_.mean + slopes_.half, under = slopes_.mean - slopes_.half;
    std::size_t kept = 0;
    for (const Index i : node.undecided) {
      const int side = cap.side(p_.row(i), lengths_[i]);
      if (side == 0)
        node.undecided[kept++] = i;
      else
        node.linear += (side > 0 ? above : under) * q_.row(i).transpose() * p_.row(i);
    }
    node.undecided.resize(kept);
  }

  /// f at c, kept if it is the largest, and the v that attains it.
  Vector direction_at(const Vector& c, const Node& node) {
    Vector y = node.linear * c;
    for (const Index i : node.undecided) {
      const double t = p_.row(i).dot(c);
      y += (slopes_.mean * t + slopes_.half * std::abs(t)) * q_.row(i).transpose();
    }
    const double value = y.norm();
    const double of_unit = norm_ == UnitPenalty::path ? value / c.lpNorm<1>() : value;
    if (of_unit > lower_) {
      lower_ = of_unit;
      direction_ = c;
    }
    return value > 0 ? Vector(y / value) : Vector::Unit(y.size(), 0);
  }

  /// plain + sum of s_i half share_i p_i over share_i < 0, s chosen so that as little as possible
  /// is left across `level`: for these -|t| <= -s t.
  Vector turned(const Vector& plain, const Vector& share, const Vector& level,
                const Node& node) const {
    const auto tangential = [&level](const Vector& a) { return Vector(a - a.dot(level) * level); };
    Vector total = plain, left = tangential(plain);
    Vector s = Vector::Zero(share.size());
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round)
      for (Index k = 0; k < share.size(); ++k) {
        if (!(share[k] < 0)) continue;
        const Index i = node.undecided[static_cast<std::size_t>(k)];
        const Vector step = slopes_.half * share[k] * p_.row(i).transpose();
        const Vector across = tangential(step);
        const double square = across.squaredNorm();
        if (!(square > 0)) continue;
        const double to = std::clamp(s[k] - left.dot(across) / square, -1.0, 1.0);
        left += (to - s[k]) * across;
        total += (to - s[k]) * step;
        s[k] = to;
      }
    return total;
  }

  const Factor& p_;
  const Factor& q_;
  TwoSlopes slopes_;
  UnitPenalty norm_;
  Vector lengths_;
  double lower_ = 0;
  Vector direction_;
  Index nodes_ = 0;
};

/// f is a sum of n products of d; whatever is summed here errs by at most gamma of the sum of
/// absolute values, and several such sums (linear parts, shares, what decides a side) meet in a
/// bound: eight is more than there are.
double rounding_of(const Factor& points, const Factor& q, const TwoSlopes& slopes) {
  const double magnitude = points.rowwise().norm().dot(q.rowwise().norm());
  const auto terms = static_cast<double>(points.rows() + points.cols() * q.cols() + 64);
  return 8 * rounding_gamma(terms) * (std::abs(slopes.mean) + slopes.half) * magnitude;
}

DirectionBound bound_scaled(const Factor& points, const Factor& q, const TwoSlopes& slopes,
                            const DirectionBoundOptions& options) {
  Division division(points, q, slopes, options.norm);
  constexpr std::size_t undecided_max = std::size_t{1} << 27;  // a GiB of them
  std::priority_queue<Node> open;
  double closed = 0;          // the largest bound of what need not be divided
  std::size_t undecided = 0;  // in all open nodes
  const auto enough = [&] {
    return std::max(options.target, (1 + options.precision) * division.lower());
  };
  const auto keep = [&](Node&& node) {
    if (node.bound <= enough()) {
      closed = std::max(closed, node.bound);
      return;
    }
    undecided += node.undecided.size();
    open.push(std::move(node));
  };
  for (Node& node : division.faces()) keep(std::move(node));
  while (!open.empty() && open.top().bound > enough() && division.nodes() < options.nodes_max &&
         undecided < undecided_max && !(options.cancelled && options.cancelled())) {
    Node worst = open.top();
    open.pop();
    undecided -= worst.undecided.size();
    for (Node& part : division.halves(std::move(worst))) keep(std::move(part));
  }
  const double largest = open.empty() ? closed : std::max(closed, open.top().bound);
  return {largest + rounding_of(points, q, slopes), division.lower(), division.direction(),
          division.nodes()};
}

/// The power of two that brings the largest element into [1/2, 1); 0 for zeros.
int exponent_of(const Factor& values) {
  int exponent = 0;
  std::frexp(values.size() ? values.cwiseAbs().maxCoeff() : 0.0, &exponent);
  return exponent;
}

Factor scaled(const Factor& values, int exponent) {
  return values.unaryExpr([exponent](double x) { return std::ldexp(x, -exponent); });
}

}  // namespace

/// Samples and forces are divided by powers of two, so that no square that matters overflows or
/// vanishes: what is below 2^-500 of the largest element may count as zero, and collects less than
/// `lost`.
DirectionBound bound_directions(const Factor& points, const Factor& q, const TwoSlopes& slopes,
                                const DirectionBoundOptions& options) {
  const int of_points = exponent_of(points), of_q = exponent_of(q);
  const double lost = static_cast<double>(points.rows() * (points.cols() + q.cols())) * 0x1p-490;
  DirectionBoundOptions of_scaled = options;
  of_scaled.target = std::ldexp(options.target, -of_points - of_q) - lost;
  DirectionBound bound =
      bound_scaled(scaled(points, of_points), scaled(q, of_q), slopes, of_scaled);
  bound.upper = std::ldexp(bound.upper + lost, of_points + of_q);
  bound.lower = std::ldexp(bound.lower, of_points + of_q);
  return bound;
}

}  // namespace hadal
