#include "hadal/data/edges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <tuple>

#include "readers.hpp"

namespace hadal {
namespace {

constexpr std::string_view separators = " \t,;\r";

struct LineOfEdge {
  Edge edge;
  Index line = 0;

  /// The edge without its direction.
  std::tuple<std::int32_t, std::int32_t> ends() const { return std::minmax(edge.a, edge.b); }
  auto key() const { return std::tuple_cat(ends(), std::tuple(line)); }
};

std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(separators), line.size()));
    if (line.empty()) return words;
    const std::size_t end = std::min(line.find_first_of(separators), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::int32_t read_vertex(const io::Source& text, Index line, std::string_view word,
                         Index vertices) {
  std::int32_t vertex = -1;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, vertex);
  if (error == std::errc() && stop == end && vertex >= 0 && vertex < vertices) return vertex;
  io::refuse_line(
      text, line,
      fmt::format("{}: expected a whole number from 0 to {}", io::shown(word), vertices - 1));
}

Edge read_edge(const io::Source& text, Index line, const std::vector<std::string_view>& words,
               Index vertices) {
  if (words.size() != 2) {
    io::refuse_line(text, line,
                    fmt::format("{} field{}: expected two, the ends of an edge", words.size(),
                                words.size() == 1 ? "" : "s"));
  }
  const Edge edge{read_vertex(text, line, words[0], vertices),
                  read_vertex(text, line, words[1], vertices)};
  if (edge.a != edge.b) return edge;
  io::refuse_line(text, line, fmt::format("an edge from {} to itself: expected two ends", edge.a));
}

void require_distinct(const io::Source& text, std::vector<LineOfEdge> edges) {
  std::sort(edges.begin(), edges.end(),
            [](const LineOfEdge& x, const LineOfEdge& y) { return x.key() < y.key(); });
  const auto again = std::adjacent_find(
      edges.begin(), edges.end(),
      [](const LineOfEdge& x, const LineOfEdge& y) { return x.ends() == y.ends(); });
  if (again == edges.end()) return;
  io::refuse_line(text, again[1].line,
                  fmt::format("the edge between {} and {} was given on line {}: expected it once",
                              again->edge.a, again->edge.b, again->line));
}

}  // namespace

std::vector<Edge> io::read_edges(const Source& source, Index vertices) {
  if (source.bytes.empty()) refuse(source, "is empty: expected edges");
  if (vertices < 2 || vertices > std::numeric_limits<std::int32_t>::max()) {
    refuse(source, fmt::format("edges between {} vertices: expected 2 to {}", vertices,
                               std::numeric_limits<std::int32_t>::max()));
  }
  const Source text = text_of(source);
  std::string_view rest = text.bytes;
  require_memory(source, rest.size() / 4 * 2 * sizeof(LineOfEdge));  // "0 1\n" is the shortest edge
  std::vector<LineOfEdge> found;
  for (Index line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto words = words_of(rest.substr(0, end));
    if (!words.empty()) found.push_back({read_edge(text, line, words, vertices), line});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (found.empty()) refuse(text, "holds no edge: expected at least one");
  require_distinct(text, found);
  std::vector<Edge> edges;
  edges.reserve(found.size());
  for (const LineOfEdge& each : found) edges.push_back(each.edge);
  return edges;
}

std::vector<Edge> read_edges(const std::filesystem::path& path, Index vertices) {
  const io::FileBytes file(path);
  return io::read_edges(file.source(), vertices);
}

}  // namespace hadal
