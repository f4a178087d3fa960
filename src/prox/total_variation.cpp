#include "hadal/prox/total_variation.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {

void ChainTotalVariation::prox(const double* x, Index n, double t, double* y) {
  if (n < 2 || t == 0) {
    std::copy(x, x + n, y);
    return;
  }
  knots_.resize(2 * n);
  low_.resize(n);
  high_.resize(n);
  // The derivative of the least cost of everything to the left, as a function of the value at i: an
  // increasing, piecewise linear function clipped to [-t, t]. Its knots are first .. last.
  Index first = n, last = n - 1;
  for (Index i = 0; i + 1 < n; ++i) {
    const double end = i == 0 ? 0 : t;  // of the derivative far out on either side
    double slope = 1, intercept = -x[i] - end;
    for (; first <= last && slope * knots_[first].at + intercept <= -t; ++first) {
      slope += knots_[first].slope;
      intercept += knots_[first].intercept;
    }
    low_[i] = (-t - intercept) / slope;
    double slope_right = 1, intercept_right = -x[i] + end;
    for (; last >= first && slope_right * knots_[last].at + intercept_right >= t; --last) {
      slope_right -= knots_[last].slope;
      intercept_right -= knots_[last].intercept;
    }
    high_[i] = (t - intercept_right) / slope_right;
    knots_[--first] = {low_[i], slope, intercept + t};
    knots_[++last] = {high_[i], -slope_right, t - intercept_right};
  }
  double slope = 1, intercept = -x[n - 1] - t;
  for (Index k = first; k <= last && slope * knots_[k].at + intercept <= 0; ++k) {
    slope += knots_[k].slope;
    intercept += knots_[k].intercept;
  }
  y[n - 1] = -intercept / slope;
  for (Index i = n - 2; i >= 0; --i) y[i] = std::min(std::max(y[i + 1], low_[i]), high_[i]);
}

GraphTotalVariation::GraphTotalVariation(const Graph& graph)
    : edges_(static_cast<Index>(graph.edges.size())) {
  constexpr Index length_max = 32;  // short enough to leave out most of what rests
  std::vector<Index> degree(graph.vertices, 0);
  for (Index e = 0; e < edges_; ++e) {
    const Edge& edge = graph.edges[e];
    ++degree[edge.a];
    ++degree[edge.b];
    const bool goes_on = !runs_.empty() && runs_.back().length < length_max &&
                         edge.a == runs_.back().a + runs_.back().length &&
                         edge.b == runs_.back().b + runs_.back().length;
    if (goes_on) {
      ++runs_.back().length;
    } else {
      runs_.push_back({edge.a, edge.b, 1, e});
    }
  }
  // Those of one place together, whose elements are in the nearest cache.
  std::stable_sort(runs_.begin(), runs_.end(),
                   [](const Run& p, const Run& q) { return p.a < q.a; });
  // The largest eigenvalue of a graph's Laplacian is at most the largest sum of the degrees of two
  // neighbours (Anderson and Morley 1985).
  for (const Edge& edge : graph.edges)
    squared_norm_ = std::max(squared_norm_, static_cast<double>(degree[edge.a] + degree[edge.b]));
}

/// Multipliers between elements that are 0 rest until the next look: nothing pushes them.
class GraphTotalVariation::Climb {
 public:
  Climb(const std::vector<Run>& runs, const Vector& x, double t, const Shrinkage& rest,
        Vector& dual, Vector& y)
      : runs_(runs), x_(x), t_(t), rest_(rest), dual_(dual), y_(y), ahead_(dual) {}

  /// The gap of the feasible dual, with y in place.
  double look() {
    pulled_.setZero(x_.size());
    for (const Run& run : runs_) pull(dual_, run, pulled_);
    shrink();
    active_.clear();
    resting_.setZero(x_.size());
    double sum = 0;
    for (const Run& run : runs_) {
      if (is_zero(run.a, run.length) && is_zero(run.b, run.length)) {
        pull(dual_, run, resting_);
        ahead_.segment(run.first, run.length) = dual_.segment(run.first, run.length);
      } else {
        active_.push_back(run);
        sum += gap(run);
      }
    }
    return t_ * sum;
  }

  /// Projected steps from the extrapolated point, whose y is computed first.
  void steps(int count, double size) {
    pull_ahead();
    for (int k = 0; k < count; ++k) {
      shrink();
      step(size);
    }
  }

 private:
  void step(double size) {
    const double next = (1 + std::sqrt(1 + 4 * momentum_ * momentum_)) / 2;
    const double beta = (momentum_ - 1) / next;
    double turn = 0;
    pulled_ = resting_;
    for (const Run& run : active_) turn += step(run, size, beta);
    momentum_ = next;
    if (turn > 0) {
      momentum_ = 1;
      ahead_ = dual_;
      pull_ahead();
    }
  }

  void pull_ahead() {
    pulled_ = resting_;
    for (const Run& run : active_) pull(ahead_, run, pulled_);
  }

  bool is_zero(Index first, Index length) const {
    return (y_.segment(first, length).array() == 0).all();
  }

  void shrink() {
    y_ = x_ - t_ * pulled_;
    rest_(y_);
  }

  /// pulled += D^T w on a run's edges.
  static void pull(const Vector& multipliers, const Run& run, Vector& pulled) {
    const double* w = multipliers.data() + run.first;
    double *a = pulled.data() + run.a, *b = pulled.data() + run.b;
#pragma omp simd
    for (Index k = 0; k < run.length; ++k) a[k] += w[k];
#pragma omp simd
    for (Index k = 0; k < run.length; ++k) b[k] -= w[k];
  }

  double gap(const Run& run) const {
    const double *a = y_.data() + run.a, *b = y_.data() + run.b, *w = dual_.data() + run.first;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Index k = 0; k < run.length; ++k) {
      const double difference = a[k] - b[k];
      sum += std::abs(difference) - w[k] * difference;
    }
    return sum;
  }

  /// Moves the dual, and the point ahead beyond it; positive where the step turns back against the
  /// momentum (O'Donoghue and Candes 2015, section 3.2).
  double step(const Run& run, double size, double beta) {
    const double *ya = y_.data() + run.a, *yb = y_.data() + run.b;
    double *from = ahead_.data() + run.first, *w = dual_.data() + run.first;
    double *a = pulled_.data() + run.a, *b = pulled_.data() + run.b;
    double turn = 0;
#pragma omp simd reduction(+ : turn)
    for (Index k = 0; k < run.length; ++k) {
      const double next = std::min(std::max(from[k] + size * (ya[k] - yb[k]), -1.0), 1.0);
      const double change = next - w[k];
      turn += (from[k] - next) * change;
      w[k] = next;
      from[k] = next + beta * change;
      a[k] += from[k];
    }
#pragma omp simd
    for (Index k = 0; k < run.length; ++k) b[k] -= from[k];
    return turn;
  }

  const std::vector<Run>& runs_;
  const Vector& x_;
  const double t_;
  const Shrinkage& rest_;
  Vector &dual_, &y_;
  Vector ahead_, pulled_, resting_;
  std::vector<Run> active_;
  double momentum_ = 1;
};

double GraphTotalVariation::prox(const Vector& x, double t, const Shrinkage& rest, double tolerance,
                                 int iteration_max, Vector& dual, Vector& y) const {
  constexpr int between_looks = 8;
  if (dual.size() != edges_) dual = Vector::Zero(edges_);
  Climb climb(runs_, x, t, rest, dual, y);
  for (int k = 0;; k += between_looks) {
    const double gap = climb.look();
    if (gap <= tolerance || k >= iteration_max) return gap;
    climb.steps(std::min(between_looks, iteration_max - k), 1 / (t * squared_norm_));
  }
}

}  // namespace hadal
