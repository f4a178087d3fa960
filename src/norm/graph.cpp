#include "hadal/norm/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "hadal/data/memory.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr std::array<std::pair<GraphKind, const char*>, 7> words = {{{GraphKind::none, "none"},
                                                                     {GraphKind::chain, "chain"},
                                                                     {GraphKind::grid4, "grid4"},
                                                                     {GraphKind::grid8, "grid8"},
                                                                     {GraphKind::grid6, "grid6"},
                                                                     {GraphKind::grid26, "grid26"},
                                                                     {GraphKind::edges, "edges"}}};

int dimensions(GraphKind kind) {
  switch (kind) {
    case GraphKind::chain:
      return 1;
    case GraphKind::grid4:
    case GraphKind::grid8:
      return 2;
    case GraphKind::grid6:
    case GraphKind::grid26:
      return 3;
    default:
      return 0;
  }
}

using Step = std::array<Index, 3>;

/// One of each pair of opposite steps to a neighbour: those whose last non-zero coordinate is
/// positive.
std::vector<Step> half_of_the_steps(GraphKind kind) {
  const bool diagonal = kind == GraphKind::grid8 || kind == GraphKind::grid26;
  const int d = dimensions(kind);
  std::vector<Step> steps;
  for (Index z = d > 2 ? -1 : 0; z <= (d > 2 ? 1 : 0); ++z)
    for (Index y = d > 1 ? -1 : 0; y <= (d > 1 ? 1 : 0); ++y)
      for (Index x = -1; x <= 1; ++x) {
        const Index last = z != 0 ? z : y != 0 ? y : x;
        const bool straight = std::abs(x) + std::abs(y) + std::abs(z) == 1;
        if (last > 0 && (diagonal || straight)) steps.push_back({x, y, z});
      }
  return steps;
}

void check_shape(GraphKind kind, const std::array<Index, 3>& shape) {
  const int d = dimensions(kind);
  double elements = 1;
  for (int k = 0; k < 3; ++k) {
    elements *= static_cast<double>(shape[k]);
    if (shape[k] < 1 || (k >= d && shape[k] != 1)) {
      throw ArgumentError(fmt::format(
          "a lattice of shape {} x {} x {} was given for {}; expected {} positive side(s)",
          shape[0], shape[1], shape[2], to_string(kind), d));
    }
  }
  if (elements > std::numeric_limits<std::int32_t>::max()) {
    throw ArgumentError(fmt::format("a lattice of {:g} elements was given; expected at most {}",
                                    elements, std::numeric_limits<std::int32_t>::max()));
  }
}

}  // namespace

Graph lattice(GraphKind kind, std::array<Index, 3> shape) {
  if (dimensions(kind) == 0) {
    throw ArgumentError("the kind of graph '" + to_string(kind) +
                        "' was given for a lattice; expected chain, grid4, grid8, grid6 or grid26");
  }
  check_shape(kind, shape);
  Graph graph;
  graph.kind = kind;
  graph.shape = shape;
  graph.vertices = shape[0] * shape[1] * shape[2];
  const std::vector<Step> steps = half_of_the_steps(kind);
  require_memory(steps.size() * static_cast<std::uint64_t>(graph.vertices) * sizeof(Edge),
                 fmt::format("a lattice of {} elements", graph.vertices));
  const auto inside = [&](const Step& at) {
    for (int k = 0; k < 3; ++k)
      if (at[k] < 0 || at[k] >= shape[k]) return false;
    return true;
  };
  const auto number = [&](const Step& at) {
    return static_cast<std::int32_t>((at[2] * shape[1] + at[1]) * shape[0] + at[0]);
  };
  // Direction by direction, so that edges come in runs along which both ends advance by one.
  for (const Step& step : steps)
    for (Index z = 0; z < shape[2]; ++z)
      for (Index y = 0; y < shape[1]; ++y)
        for (Index x = 0; x < shape[0]; ++x) {
          const Step at = {x, y, z}, next = {x + step[0], y + step[1], z + step[2]};
          if (inside(next)) graph.edges.push_back({number(at), number(next)});
        }
  return graph;
}

Graph graph_of_edges(Index vertices, std::vector<Edge> edges) {
  for (const Edge& edge : edges) {
    const auto outside = [&](std::int32_t v) { return v < 0 || v >= vertices; };
    if (outside(edge.a) || outside(edge.b) || edge.a == edge.b) {
      throw ArgumentError(
          fmt::format("the edge {} - {} was given; expected two different vertices from 0 to {}",
                      edge.a, edge.b, vertices - 1));
    }
  }
  Graph graph;
  graph.kind = GraphKind::edges;
  graph.vertices = vertices;
  graph.shape = {vertices, 1, 1};
  graph.edges = std::move(edges);
  return graph;
}

std::string to_string(GraphKind kind) {
  for (const auto& [value, word] : words)
    if (value == kind) return word;
  return "none";
}

GraphKind graph_kind_from_string(const std::string& text) {
  for (const auto& [value, word] : words)
    if (text == word) return value;
  throw ArgumentError("the graph '" + text +
                      "' was given; expected chain, grid4, grid8, grid6, grid26 or edges");
}

double total_variation(const Graph& graph, const double* x) {
  double sum = 0;
  for (const Edge& edge : graph.edges) sum += std::abs(x[edge.a] - x[edge.b]);
  return sum;
}

}  // namespace hadal
