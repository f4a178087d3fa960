#pragma once

#include <array>
#include <string>
#include <vector>

#include "hadal/data/edges.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Which elements of a factor are neighbours. On a lattice, element ((x2 * n1) + x1) * n0 + x0 has
/// the position (x0, x1, x2): the first coordinate runs fastest.
enum class GraphKind {
  none,
  chain,   ///< a line
  grid4,   ///< 2-D lattice, horizontal and vertical neighbours
  grid8,   ///< and diagonal ones
  grid6,   ///< 3-D lattice, along the axes
  grid26,  ///< and all diagonal ones
  edges    ///< given one by one
};

/// An undirected graph without weights; total variation is the sum of |x_a - x_b| over its edges.
struct Graph {
  GraphKind kind = GraphKind::none;
  Index vertices = 0;
  std::array<Index, 3> shape = {0, 1, 1};  ///< of a lattice; a chain is {vertices, 1, 1}
  std::vector<Edge> edges;
};

/// Throws ArgumentError when the shape is not positive, does not fit the kind (a 2-D lattice with a
/// third side), or has more than 2^31 - 1 elements. kind: neither none nor edges.
Graph lattice(GraphKind kind, std::array<Index, 3> shape);

/// Throws ArgumentError for an edge from a vertex to itself or out of range.
Graph graph_of_edges(Index vertices, std::vector<Edge> edges);

/// "chain", "grid4", ...; the inverse throws ArgumentError naming the text and the accepted words.
std::string to_string(GraphKind kind);
GraphKind graph_kind_from_string(const std::string& text);

/// sum over edges of |x_a - x_b|.
double total_variation(const Graph& graph, const double* x);

}  // namespace hadal
