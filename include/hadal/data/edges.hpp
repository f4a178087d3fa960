#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// Two neighbouring elements of a factor, counted from 0.
struct Edge {
  std::int32_t a = 0, b = 0;
};

/// Reads an edge list: on every line two different whole numbers from 0 to vertices - 1, separated
/// by commas, semicolons, tabs or spaces; what follows a # is a comment, and blank lines are
/// skipped. Throws DataError naming file, line, what stands there and what was expected; an edge
/// that is given twice, in either direction, is refused as well, as are a file without edges and
/// vertices < 2.
std::vector<Edge> read_edges(const std::filesystem::path& path, Index vertices);

}  // namespace hadal
