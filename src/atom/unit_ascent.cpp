#include "unit_ascent.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "hadal/algebra/decompositions.hpp"

namespace hadal {
namespace {

constexpr double kink =
    1e-11;  ///< |x^T u| up to which, for |x| = 1, a sample counts as at its kink
constexpr double pi = std::numbers::pi;

/// A cos t + B sin t on an arc, or the same with t + pi in place of t.
struct Arc {
  double from, to;
  void improve(double a, double b, double shift, CirclePoint& best) const {
    const auto offer = [&](double t) {
      const double value = a * std::cos(t) + b * std::sin(t);
      if (value > best.value) best = {t + shift, value};
    };
    double top = std::atan2(b, a);
    if (top < 0) top += 2 * pi;
    if (top >= from && top <= to) return offer(top);
    offer(from);
    offer(to);
  }
};

/// min over t in [-1, 1]^k of || g + sum_i t_i c_i ||, by cyclic coordinate descent.
Vector shortest(const Vector& g, const Matrix& c) {
  const Matrix gram = c.transpose() * c;
  Vector slope = c.transpose() * g, t = Vector::Zero(c.cols());
  constexpr int rounds = 300;
  for (int round = 0; round < rounds; ++round) {
    double most = 0;
    for (Index i = 0; i < t.size(); ++i) {
      if (!(gram(i, i) > 0)) continue;
      const double to = std::clamp(t[i] - slope[i] / gram(i, i), -1.0, 1.0);
      most = std::max(most, std::abs(to - t[i]));
      slope += (to - t[i]) * gram.col(i);
      t[i] = to;
    }
    if (most < 1e-14) break;
  }
  return t;
}

}  // namespace

CirclePoint best_on_circle(const Vector& q, const Vector& a, const Vector& b, double mean,
                           double half) {
  struct Turn {
    double angle;
    Index sample;
  };
  std::vector<Turn> turns;
  turns.reserve(static_cast<std::size_t>(q.size()));
  double bent_a = 0, bent_b = 0;  // of half * sum q_i |..|, on the arc at hand
  std::vector<double> side(static_cast<std::size_t>(q.size()));
  for (Index i = 0; i < q.size(); ++i) {
    if (a[i] == 0 && b[i] == 0) continue;
    // The argument vanishes at this angle in (0, pi], and has the sign of `side` before.
    double angle = std::atan2(a[i], -b[i]);
    if (angle <= 0) angle += pi;
    side[static_cast<std::size_t>(i)] = a[i] > 0 || (a[i] == 0 && b[i] > 0) ? 1 : -1;
    const double weight = half * q[i] * side[static_cast<std::size_t>(i)];
    bent_a += weight * a[i];
    bent_b += weight * b[i];
    turns.push_back({angle, i});
  }
  std::sort(turns.begin(), turns.end(), [](const Turn& s, const Turn& t) {
    return s.angle < t.angle || (s.angle == t.angle && s.sample < t.sample);
  });
  const double straight_a = mean * q.dot(a), straight_b = mean * q.dot(b);
  CirclePoint best{0, -std::numeric_limits<double>::infinity()};
  double from = 0;
  const auto arc = [&](double to) {
    const Arc here{from, to};
    here.improve(bent_a + straight_a, bent_b + straight_b, 0, best);
    here.improve(bent_a - straight_a, bent_b - straight_b, pi, best);
    from = to;
  };
  for (const Turn& turn : turns) {
    arc(turn.angle);
    const Index i = turn.sample;
    const double weight = 2 * half * q[i] * side[static_cast<std::size_t>(i)];
    bent_a -= weight * a[i];
    bent_b -= weight * b[i];
  }
  arc(pi);
  return best;
}

UnitAscent::UnitAscent(const Factor& x, const Activation& activation)
    : x_(x),
      lengths_(x.rowwise().norm()),
      mean_((activation.slope_above() + activation.slope_below()) / 2),
      half_((activation.slope_above() - activation.slope_below()) / 2) {}

double UnitAscent::value(const Vector& q, const Vector& u) const {
  const Vector in = x_ * u;
  return mean_ * q.dot(in) + half_ * q.dot(in.cwiseAbs());
}

Vector UnitAscent::steepest(const Vector& q, const Vector& u) const {
  const Vector in = x_ * u;
  std::vector<Index> held;  // at a kink that a maximum can sit on
  Vector slopes(q.size());
  for (Index i = 0; i < q.size(); ++i) {
    const bool at_kink = std::abs(in[i]) <= kink * lengths_[i];
    slopes[i] = q[i] * (mean_ + (at_kink ? 0.0 : std::copysign(half_, in[i])));
    if (at_kink && lengths_[i] > 0 && half_ * q[i] < 0) held.push_back(i);
  }
  const auto tangential = [&u](Vector g) { return Vector(g - u.dot(g) * u); };
  Vector g = tangential(x_.transpose() * slopes);
  constexpr std::size_t held_max = 200;
  if (held.empty() || held.size() > held_max) return g;
  Matrix c(u.size(), static_cast<Index>(held.size()));
  for (Index k = 0; k < c.cols(); ++k) {
    const Index i = held[static_cast<std::size_t>(k)];
    c.col(k) = tangential(half_ * q[i] * x_.row(i).transpose());
  }
  const Vector t = shortest(g, c);
  g += c * t;
  // A kink whose slope is strictly in between is not left: exactly.
  std::vector<Index> kept;
  for (Index k = 0; k < t.size(); ++k)
    if (std::abs(t[k]) < 1 - 1e-9) kept.push_back(k);
  if (kept.empty() || static_cast<Index>(kept.size()) >= u.size())
    return kept.empty() ? g : Vector::Zero(u.size());
  Eigen::ColPivHouseholderQR<Matrix> qr(Matrix(c(Eigen::all, kept)));
  const Matrix basis = Matrix(qr.householderQ() * Matrix::Identity(u.size(), qr.rank()));
  g -= basis * (basis.transpose() * g);
  return tangential(g);
}

double UnitAscent::ascend(const Vector& q, Vector& u) const {
  constexpr int steps = 100;
  const double scale = q.cwiseAbs().dot(lengths_);
  double best = value(q, u);
  for (int step = 0; step < steps; ++step) {
    Vector w = steepest(q, u);
    const double length = w.norm();
    if (!(length > 1e-13 * scale)) break;
    w /= length;
    const CirclePoint point = best_on_circle(q, x_ * u, x_ * w, mean_, half_);
    Vector moved = std::cos(point.angle) * u + std::sin(point.angle) * w;
    moved.normalize();
    const double reached = value(q, moved);
    if (!(reached > best + 1e-15 * std::abs(best))) break;
    best = reached;
    u = moved;
  }
  return best;
}

double UnitAscent::ascend(const Factor& q, Vector& u, Vector& v) const {
  constexpr int rounds = 60;
  double best = -std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const Vector in = x_ * u;
    v = q.transpose() * (mean_ * in + half_ * in.cwiseAbs());
    const double length = v.norm();
    if (!(length > 0)) return 0;
    v /= length;
    if (!(length > best * (1 + 1e-14))) return std::max(best, length);
    best = ascend(Vector(q * v), u);
    if (v.size() == 1) return best;
  }
  return best;
}

}  // namespace hadal
