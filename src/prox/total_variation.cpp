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

namespace {

/// Divides the edges of a graph into simple paths: from an edge onwards as far as unused edges
/// lead, straight on where there is a choice, which follows the lines of a lattice.
class Chains {
 public:
  explicit Chains(const Graph& graph)
      : graph_(graph),
        used_(graph.edges.size(), 0),
        incident_(graph.vertices),
        path_of_(graph.vertices, -1) {
    for (std::size_t e = 0; e < graph.edges.size(); ++e) {
      incident_[graph.edges[e].a].push_back(e);
      incident_[graph.edges[e].b].push_back(e);
    }
    for (std::size_t e = 0; e < graph.edges.size(); ++e)
      if (used_[e] == 0) follow(e);
    start.push_back(static_cast<Index>(vertex.size()));
  }

  std::vector<std::int32_t> vertex;
  std::vector<Index> start;

 private:
  void visit(std::int32_t v) {
    path_of_[v] = static_cast<Index>(start.size());
    vertex.push_back(v);
  }

  void follow(std::size_t e) {
    start.push_back(static_cast<Index>(vertex.size()));
    std::int32_t at = graph_.edges[e].a;
    visit(at);
    for (bool going = true; going;) {
      used_[e] = 1;
      const std::int32_t next = other(e, at), stride = next - at;
      visit(at = next);
      going = false;
      for (const std::size_t candidate : incident_[at]) {
        const std::int32_t to = other(candidate, at);
        if (used_[candidate] != 0 || path_of_[to] == static_cast<Index>(start.size())) continue;
        if (!going || to - at == stride) e = candidate;
        going = true;
        if (to - at == stride) break;
      }
    }
  }

  std::int32_t other(std::size_t e, std::int32_t v) const {
    return graph_.edges[e].a == v ? graph_.edges[e].b : graph_.edges[e].a;
  }

  const Graph& graph_;
  std::vector<char> used_;
  std::vector<std::vector<std::size_t>> incident_;
  std::vector<Index> path_of_;  ///< the number of the path that passed a vertex last
};

}  // namespace

GraphTotalVariation::GraphTotalVariation(const Graph& graph) : edges_(graph.edges) {
  Chains chains(graph);
  vertex_ = std::move(chains.vertex);
  start_ = std::move(chains.start);
}

void GraphTotalVariation::subtract(const Vector& x, double t, const Vector& dual, Vector& y) const {
  y = x;
  for (std::size_t k = 0; k < vertex_.size(); ++k) y[vertex_[k]] -= t * dual[k];
}

void GraphTotalVariation::round(double t, Vector& dual, Vector& y) const {
  ChainTotalVariation chain;
  Vector line, solved;
  for (std::size_t c = 0; c + 1 < start_.size(); ++c) {
    const Index begin = start_[c], length = start_[c + 1] - begin;
    line = t * dual.segment(begin, length);
    solved.resize(length);
    for (Index k = 0; k < length; ++k) line[k] += y[vertex_[begin + k]];
    chain.prox(line.data(), length, t, solved.data());
    dual.segment(begin, length) = (line - solved) / t;
    for (Index k = 0; k < length; ++k) y[vertex_[begin + k]] = solved[k];
  }
}

double GraphTotalVariation::gap(const Vector& x, double t, const Vector& y) const {
  double variation = 0;
  for (const Edge& edge : edges_) variation += std::abs(y[edge.a] - y[edge.b]);
  return t * variation - (x - y).dot(y);
}

double GraphTotalVariation::prox(const Vector& x, double t, double tolerance, int round_max,
                                 Vector& dual, Vector& y) const {
  const auto size = static_cast<Index>(vertex_.size());
  if (dual.size() != size) dual = Vector::Zero(size);
  subtract(x, t, dual, y);
  if (t == 0 || size == 0) return 0;
  Vector before = dual, ahead;
  double momentum = 1, square = y.squaredNorm(), reached = gap(x, t, y);
  for (int k = 0; k < round_max && reached > tolerance; ++k) {
    const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    ahead = dual + (momentum - 1) / next * (dual - before);
    before = dual;
    dual = ahead;
    subtract(x, t, dual, y);
    round(t, dual, y);
    const double reduced = y.squaredNorm();
    momentum = reduced < square ? next : 1;
    square = reduced;
    reached = gap(x, t, y);
  }
  return reached;
}

}  // namespace hadal
