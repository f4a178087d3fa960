#include <fmt/format.h>

#include <charconv>

#include "hadal/error.hpp"
#include "hadal/network/architecture.hpp"

namespace hadal {
namespace {

/// The numbers after the colon, separated by commas.
std::vector<Index> numbers(std::string_view text, std::string_view whole) {
  std::vector<Index> values;
  const char *at = text.data(), *const end = at + text.size();
  while (true) {
    Index value = 0;
    const auto [after, error] = std::from_chars(at, end, value);
    constexpr Index most = 1 << 20;
    if (error != std::errc{} || value < 1 || value > most || (after != end && *after != ','))
      throw ArgumentError(fmt::format(
          "the architecture '{}' was given; expected whole numbers from 1 to {} after the colon, "
          "separated by commas",
          whole, most));
    values.push_back(value);
    if (after == end) return values;
    at = after + 1;
  }
}

/// Layers added one after the other.
class Builder {
 public:
  void linear(Index units) { add(Layer::Kind::linear).units = units; }
  void convolution(Index channels, Index kernel, Index stride, Index padding) {
    Layer& layer = add(Layer::Kind::conv2d);
    layer.units = channels;
    layer.kernel = kernel;
    layer.stride = stride;
    layer.padding = padding;
  }
  void relu() { add(Layer::Kind::activation); }
  void max_pool(Index kernel, Index stride) {
    Layer& layer = add(Layer::Kind::max_pool);
    layer.kernel = kernel;
    layer.stride = stride;
  }
  void flatten() { add(Layer::Kind::flatten); }
  Architecture finished() {
    add(Layer::Kind::output);
    return std::move(architecture_);
  }

 private:
  Layer& add(Layer::Kind kind) {
    Layer& layer = architecture_.layers.emplace_back();
    layer.kind = kind;
    return layer;
  }

  Architecture architecture_;
};

Architecture mlp(const std::vector<Index>& units) {
  Builder builder;
  for (const Index count : units) {
    builder.linear(count);
    builder.relu();
  }
  return builder.finished();
}

Architecture convnet(const std::vector<Index>& channels) {
  Builder builder;
  for (const Index count : channels) {
    builder.convolution(count, 3, 1, 1);
    builder.relu();
    builder.max_pool(2, 2);
  }
  builder.flatten();
  return builder.finished();
}

/// 3x227x227 in. Krizhevsky, Sutskever and Hinton 2012, figure 2, on one processor.
Architecture alexnet(Index divisor) {
  const auto width = [&](Index full) { return std::max<Index>(1, full / divisor); };
  Builder builder;
  const auto convolution = [&](Index channels, Index kernel, Index stride, Index padding) {
    builder.convolution(width(channels), kernel, stride, padding);
    builder.relu();
  };
  convolution(96, 11, 4, 0);
  builder.max_pool(3, 2);
  convolution(256, 5, 1, 2);
  builder.max_pool(3, 2);
  convolution(384, 3, 1, 1);
  convolution(384, 3, 1, 1);
  convolution(256, 3, 1, 1);
  builder.max_pool(3, 2);
  builder.flatten();
  for (int k = 0; k < 2; ++k) {
    builder.linear(width(4096));
    builder.relu();
  }
  return builder.finished();
}

}  // namespace

std::optional<Architecture> Architecture::built(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool given = colon != std::string_view::npos;
  const std::string_view values = given ? text.substr(colon + 1) : "";
  if (name == "mlp" && given) return mlp(numbers(values, text));
  if (name == "convnet") return convnet(given ? numbers(values, text) : std::vector<Index>{16, 32});
  if (name != "alexnet") return std::nullopt;
  const std::vector<Index> divisor = given ? numbers(values, text) : std::vector<Index>{1};
  if (divisor.size() != 1)
    throw ArgumentError(
        fmt::format("the architecture '{}' was given; expected one number after the colon", text));
  return alexnet(divisor.front());
}

}  // namespace hadal
