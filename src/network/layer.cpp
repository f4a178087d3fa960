#include "hadal/network/layer.hpp"

#include <fmt/format.h>

#include <charconv>

#include "hadal/error.hpp"

namespace hadal {
namespace {

std::string window(const Layer& layer) {
  return fmt::format("kernel {} stride {} padding {}", layer.kernel, layer.stride, layer.padding);
}

}  // namespace

std::string to_string(const Shape& shape) {
  if (shape.flat) return std::to_string(shape.channels);
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

Shape shape_from_string(const std::string& text) {
  constexpr Index most = Index{1} << 24;
  std::vector<Index> sizes;
  const char *at = text.data(), *const end = at + text.size();
  while (true) {
    Index size = 0;
    const auto [after, error] = std::from_chars(at, end, size);
    if (error != std::errc{} || size < 1 || size > most || sizes.size() == 3) break;
    sizes.push_back(size);
    if (after == end && sizes.size() == 1) return {sizes[0], 1, 1, true};
    if (after == end && sizes.size() == 3 && sizes[0] * sizes[1] <= most &&
        sizes[0] * sizes[1] * sizes[2] <= most)
      return {sizes[0], sizes[1], sizes[2], false};
    if (after == end || *after != 'x') break;
    at = after + 1;
  }
  throw ArgumentError(
      fmt::format("the shape '{}' was given; expected CHANNELSxHEIGHTxWIDTH or a number, of at "
                  "most {} values",
                  text, most));
}

std::string to_string(const Layer& layer) {
  switch (layer.kind) {
    case Layer::Kind::linear:
      return fmt::format("linear {}", layer.units);
    case Layer::Kind::conv2d:
      return fmt::format("conv2d {} {}", layer.units, window(layer));
    case Layer::Kind::activation:
      return layer.activation.to_string();
    case Layer::Kind::max_pool:
      return "max-pool " + window(layer);
    case Layer::Kind::mean_pool:
      return "mean-pool " + window(layer);
    case Layer::Kind::flatten:
      return "flatten";
    case Layer::Kind::skip:
      return "skip";
    case Layer::Kind::output:
      return "output";
  }
  return {};
}

}  // namespace hadal
