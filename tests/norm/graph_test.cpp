#include "hadal/norm/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "hadal/error.hpp"
#include "memory_limit.hpp"

namespace hadal {
namespace {

/// The edges of a lattice by looking at every pair of vertices.
std::set<std::pair<int, int>> by_definition(GraphKind kind, std::array<Index, 3> shape) {
  std::set<std::pair<int, int>> edges;
  const int n = static_cast<int>(shape[0] * shape[1] * shape[2]);
  const auto position = [&](int v) {
    const int a = static_cast<int>(shape[0]), b = static_cast<int>(shape[1]);
    return std::array<int, 3>{v % a, v / a % b, v / a / b};
  };
  const bool diagonal = kind == GraphKind::grid8 || kind == GraphKind::grid26;
  for (int v = 0; v < n; ++v)
    for (int w = v + 1; w < n; ++w) {
      int sum = 0, largest = 0;
      for (int k = 0; k < 3; ++k) {
        const int d = std::abs(position(v)[k] - position(w)[k]);
        sum += d;
        largest = std::max(largest, d);
      }
      if (largest == 1 && (diagonal || sum == 1)) edges.emplace(v, w);
    }
  return edges;
}

TEST(Graph, LatticesHaveTheNeighboursOfTheirDefinition) {
  const std::vector<std::pair<GraphKind, std::array<Index, 3>>> cases = {
      {GraphKind::chain, {7, 1, 1}},  {GraphKind::chain, {1, 1, 1}}, {GraphKind::grid4, {4, 3, 1}},
      {GraphKind::grid8, {4, 3, 1}},  {GraphKind::grid8, {1, 5, 1}}, {GraphKind::grid6, {3, 2, 4}},
      {GraphKind::grid26, {3, 4, 2}}, {GraphKind::grid26, {1, 1, 3}}};
  for (const auto& [kind, shape] : cases) {
    const Graph graph = lattice(kind, shape);
    std::set<std::pair<int, int>> edges;
    for (const Edge& edge : graph.edges) edges.insert(std::minmax(edge.a, edge.b));
    EXPECT_EQ(edges, by_definition(kind, shape)) << to_string(kind);
    EXPECT_EQ(edges.size(), graph.edges.size()) << "no edge twice";
    EXPECT_EQ(graph.vertices, shape[0] * shape[1] * shape[2]);
  }
  EXPECT_EQ(lattice(GraphKind::grid8, {100, 100, 1}).edges.size(), 39402u);
}

TEST(Graph, TotalVariationSumsOverEdges) {
  const double x[] = {1, 4, 2, 2};
  EXPECT_EQ(total_variation(lattice(GraphKind::chain, {4, 1, 1}), x), 5);
  EXPECT_EQ(total_variation(lattice(GraphKind::grid4, {2, 2, 1}), x), 3 + 0 + 1 + 2);
  EXPECT_EQ(total_variation(lattice(GraphKind::grid8, {2, 2, 1}), x), 3 + 0 + 1 + 2 + 1 + 2);
}

TEST(Graph, RefusesShapesAndEdgesThatMakeNoSense) {
  EXPECT_THROW(lattice(GraphKind::grid4, {3, 0, 1}), ArgumentError);
  EXPECT_THROW(lattice(GraphKind::grid4, {3, 2, 2}), ArgumentError);
  EXPECT_THROW(lattice(GraphKind::chain, {3, 2, 1}), ArgumentError);
  EXPECT_THROW(lattice(GraphKind::edges, {3, 1, 1}), ArgumentError);
  EXPECT_THROW(lattice(GraphKind::grid6, {1 << 16, 1 << 16, 1}), ArgumentError);
  EXPECT_THROW(graph_of_edges(3, {{0, 3}}), ArgumentError);
  EXPECT_THROW(graph_of_edges(3, {{1, 1}}), ArgumentError);
  EXPECT_THROW(graph_of_edges(3, {{-1, 1}}), ArgumentError);
  EXPECT_EQ(graph_of_edges(3, {{0, 2}}).edges.size(), 1u);
  EXPECT_THROW(graph_kind_from_string("grid5"), ArgumentError);
}

TEST(Graph, ALatticeThatDoesNotFitIntoMemoryIsRefused) {
  const test::MemoryLimit limit(std::uint64_t{8} << 20);
  EXPECT_THROW(lattice(GraphKind::chain, {10'000'000, 1, 1}), DataError);
  EXPECT_EQ(lattice(GraphKind::chain, {10'000, 1, 1}).edges.size(), 9999u);
}

}  // namespace
}  // namespace hadal
