#include "norm_arguments.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "arguments.hpp"
#include "hadal/data/edges.hpp"

namespace hadal::cli {
namespace {

constexpr const char* norm_group =
    "Norms of the factors (X = sum of u v^T: u over rows, v over columns)";

/// "100x80" or "100x80x20": width, height, depth; the width runs fastest.
std::optional<std::array<Index, 3>> parse_shape(const std::string& text) {
  long long sides[3] = {0, 1, 1};
  int used = 0;
  const int size = static_cast<int>(text.size());
  const bool two = std::sscanf(text.c_str(), "%lldx%lld%n", &sides[0], &sides[1], &used) == 2;
  if (!two) return std::nullopt;
  int more = 0;
  if (used < size && std::sscanf(text.c_str() + used, "x%lld%n", &sides[2], &more) != 1)
    return std::nullopt;
  if (used + more != size) return std::nullopt;
  for (const long long side : sides)
    if (side < 1 || side > 1'000'000'000) return std::nullopt;
  return std::array<Index, 3>{sides[0], sides[1], sides[2]};
}

std::string check_shape(std::string& text) {
  return parse_shape(text)
             ? ""
             : fmt::format("expected WIDTHxHEIGHT or WIDTHxHEIGHTxDEPTH, got '{}'", text);
}

std::string check_norm(std::string& text) {
  try {
    parse_norm(text);
    return "";
  } catch (const ArgumentError& error) {
    return error.what();
  }
}

}  // namespace

void NormArguments::add_to(CLI::App& app) {
  const auto side = [&](Side& s, const std::string& letter, const std::string& over) {
    app.add_option("--norm-" + letter, s.norm,
                   "Norm of " + letter +
                       ": weights of l1, l2 and tv(chain|grid4|grid8|grid6|grid26|edges)"
                       ", e.g. \"l1 + 0.5*l2 + 0.6*tv(grid8)\" [l2]")
        ->type_name("SPEC")
        ->check(CLI::Validator(check_norm, ""))
        ->group(norm_group);
    app.add_option_function<std::string>(
           "--shape-" + letter, [&s](const std::string& text) { s.shape = parse_shape(text); },
           "Lattice that the " + over + " lie on, the width running fastest [a movie's own]")
        ->type_name("WxH[xD]")
        ->check(CLI::Validator(check_shape, ""))
        ->group(norm_group);
    app.add_option("--edges-" + letter, s.edges,
                   "Pairs of neighbours among the " + over + ", numbered from 0, for tv(edges)")
        ->type_name("FILE")
        ->check(not_empty())
        ->group(norm_group);
  };
  side(u_, "u", "rows");
  side(v_, "v", "columns");
  add_choice<int>(
      app, "--nonneg", {{"u", 1}, {"v", 2}, {"u,v", 3}, {"v,u", 3}},
      [this](int which) {
        nonnegative_u_ = (which & 1) != 0;
        nonnegative_v_ = (which & 2) != 0;
      },
      "Factors that must not be negative [none]")
      ->group(norm_group);
}

FactorNorm NormArguments::norm_of(const Side& side, const char* name, Index elements,
                                  std::optional<Shape> natural) const {
  FactorNorm norm = parse_norm(side.norm);
  const GraphKind kind = norm.graph.kind;
  const bool grid = norm.tv > 0 && kind != GraphKind::chain && kind != GraphKind::edges;
  if (side.shape && !grid) {
    throw ArgumentError(
        fmt::format("--shape-{} was given for a norm without tv on a lattice", name));
  }
  if (!side.edges.empty() && kind != GraphKind::edges)
    throw ArgumentError(fmt::format("--edges-{} was given for a norm without tv(edges)", name));
  if (norm.tv == 0) return norm;
  if (kind == GraphKind::edges) {
    if (side.edges.empty())
      throw ArgumentError(fmt::format(
          "--norm-{0} '{1}' was given; expected --edges-{0} FILE as well", name, side.norm));
    norm.graph = graph_of_edges(elements, read_edges(side.edges, elements));
    return norm;
  }
  Shape shape = {elements, 1, 1};
  if (grid) {
    if (!side.shape && !natural) {
      throw ArgumentError(
          fmt::format("--norm-{0} '{1}' was given for data without the shape of a picture; "
                      "expected --shape-{0} "
                      "WIDTHxHEIGHT",
                      name, side.norm));
    }
    if (side.shape && natural && *side.shape != *natural)
      throw ArgumentError(fmt::format(
          "--shape-{} {}x{} was given for pictures of {} x {} pixels (width x height); expected "
          "their shape, or none",
          name, (*side.shape)[0], (*side.shape)[1], (*natural)[0], (*natural)[1]));
    shape = side.shape ? *side.shape : *natural;
  }
  norm.graph = lattice(kind, shape);
  if (norm.graph.vertices != elements) {
    throw ArgumentError(fmt::format("--shape-{}: a lattice of {} elements was given; expected {}",
                                    name, norm.graph.vertices, elements));
  }
  return norm;
}

void NormArguments::apply(const MatrixData& data, MatrixFitOptions& options) const {
  std::optional<Shape> pixels;
  if (data.movie) pixels = Shape{data.movie->width, data.movie->height, 1};
  const Dictionary &a = options.dictionary_u, &b = options.dictionary_v;
  if (b.given()) pixels.reset();  // coefficients do not lie on them
  options.norm_u = norm_of(u_, "u", a.given() ? a.elements() : data.entries.rows, std::nullopt);
  options.norm_v = norm_of(v_, "v", b.given() ? b.elements() : data.entries.columns, pixels);
  options.norm_u.nonnegative = nonnegative_u_;
  options.norm_v.nonnegative = nonnegative_v_;
}

}  // namespace hadal::cli
