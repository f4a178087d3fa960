#include "factor_norm_io.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "hadal/error.hpp"
#include "reading.hpp"

namespace hadal {
namespace {

Graph read_graph(const hdf5::Reader& group) {
  const GraphKind kind = hdf5::read_word(group, "graph", graph_kind_from_string);
  const std::vector<std::int64_t> shape = group.integers("shape"), ends = group.integers("edges");
  if (kind == GraphKind::none) return {};
  if (shape.size() != 3) group.fail("shape", "does not hold three sides");
  if (ends.size() % 2 != 0) group.fail("edges", "does not hold pairs of vertices");
  try {
    if (kind != GraphKind::edges) return lattice(kind, {shape[0], shape[1], shape[2]});
    std::vector<Edge> edges;
    for (std::size_t k = 0; k < ends.size(); k += 2)
      edges.push_back({hdf5::narrowed<std::int32_t>(group, "edges", ends[k]),
                       hdf5::narrowed<std::int32_t>(group, "edges", ends[k + 1])});
    return graph_of_edges(shape[0], std::move(edges));
  } catch (const ArgumentError& error) {
    group.fail("shape", error.what());
  }
}

}  // namespace

void write_norm(const hdf5::Writer& group, const FactorNorm& norm) {
  group.attribute("l1", norm.l1);
  group.attribute("l2", norm.l2);
  group.attribute("tv", norm.tv);
  group.attribute("nonnegative", std::int64_t{norm.nonnegative});
  group.attribute("graph", to_string(norm.graph.kind));
  group.array("shape", std::vector<std::int64_t>(norm.graph.shape.begin(), norm.graph.shape.end()));
  std::vector<std::int64_t> edges;
  if (norm.graph.kind == GraphKind::edges)
    for (const Edge& edge : norm.graph.edges) edges.insert(edges.end(), {edge.a, edge.b});
  group.array("edges", edges);
}

FactorNorm read_norm(const hdf5::Reader& group, Index elements) {
  FactorNorm norm;
  norm.l1 = group.real("l1");
  norm.l2 = group.real("l2");
  norm.tv = group.real("tv");
  norm.nonnegative = read_flag(group, "nonnegative");
  // A lattice is laid out anew: its size is checked first, so that a damaged file allocates
  // nothing.
  const std::vector<std::int64_t> shape = group.integers("shape");
  double size = 1;
  for (const std::int64_t side : shape) size *= static_cast<double>(side);
  if (norm.tv > 0 && size != static_cast<double>(elements))
    group.fail("shape", fmt::format("holds {} vertices, expected {}", size, elements));
  if (norm.tv > 0) norm.graph = read_graph(group);
  return norm;
}

}  // namespace hadal
