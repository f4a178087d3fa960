#include "quasi_newton.hpp"

#include <cmath>
#include <deque>
#include <vector>

namespace hadal {
namespace {

struct Pair {
  Vector step, change;
  double inverse;  ///< 1 / <step, change>
};

class Memory {
 public:
  void add(Vector step, Vector change) {
    constexpr std::size_t pairs_max = 30;
    const double product = step.dot(change);
    if (!(product > 1e-14 * step.norm() * change.norm())) return;
    pairs_.push_back({std::move(step), std::move(change), 1 / product});
    if (pairs_.size() > pairs_max) pairs_.pop_front();
  }
  void forget() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

  Vector direction(const Vector& gradient) const {
    Vector d = -gradient;
    std::vector<double> along(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      along[k] = pairs_[k].inverse * pairs_[k].step.dot(d);
      d -= along[k] * pairs_[k].change;
    }
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      d /= last.inverse * last.change.squaredNorm();
    }
    for (std::size_t k = 0; k < pairs_.size(); ++k)
      d += (along[k] - pairs_[k].inverse * pairs_[k].change.dot(d)) * pairs_[k].step;
    return d;
  }

 private:
  std::deque<Pair> pairs_;
};

struct Point {
  Vector x, gradient;
  double value = 0;
};

/// A step with value <= value + 1e-4 t slope and slope at it >= 0.9 slope, by doubling and
/// bisection; t = 0 where none is found.
double line_search(const SmoothFunction& function, const Point& from, const Vector& direction,
                   double first, Point& reached, int& evaluations) {
  constexpr double decrease = 1e-4, flatter = 0.9;
  constexpr int trials = 40;
  const double slope = from.gradient.dot(direction);
  double low = 0, high = std::numeric_limits<double>::infinity(), t = first, best = 0;
  Point trial;
  for (int k = 0; k < trials; ++k) {
    trial.x = from.x + t * direction;
    trial.value = function(trial.x, trial.gradient);
    ++evaluations;
    if (!(trial.value <= from.value + decrease * t * slope) || !(trial.value < from.value)) {
      high = t;
    } else {
      best = t;
      reached = trial;
      if (trial.gradient.dot(direction) >= flatter * slope) return t;
      low = t;
    }
    t = std::isfinite(high) ? (low + high) / 2 : 2 * t;
  }
  return best;
}

}  // namespace

QuasiNewtonReport minimise_quasi_newton(const SmoothFunction& function, Vector& x,
                                        const QuasiNewtonLimits& limits) {
  QuasiNewtonReport report;
  Point at{x, {}, 0};
  at.value = function(at.x, at.gradient);
  report.evaluations = 1;
  const double start = at.value;
  Memory memory;
  std::deque<double> values{at.value};
  for (; report.iterations < limits.iteration_max && !limits.cancelled(); ++report.iterations) {
    Vector direction = memory.direction(at.gradient);
    if (!(at.gradient.dot(direction) < 0)) {
      if (memory.empty()) break;
      memory.forget();
      continue;
    }
    const double first =
        memory.empty() ? std::min(1.0, 1e-2 * std::max(1e-3, x.norm()) / at.gradient.norm()) : 1;
    Point next;
    if (line_search(function, at, direction, first, next, report.evaluations) == 0) {
      if (memory.empty()) {
        report.stuck = true;
        break;
      }
      memory.forget();
      continue;
    }
    memory.add(next.x - at.x, next.gradient - at.gradient);
    at = std::move(next);
    values.push_back(at.value);
    if (static_cast<int>(values.size()) <= limits.window) continue;
    const double recent = values.front() - at.value;
    values.pop_front();
    if (recent <= limits.reduction * (start - at.value) ||
        recent <= limits.floor * std::abs(at.value))
      break;
  }
  x = at.x;
  report.value = at.value;
  return report;
}

}  // namespace hadal
