#include "hadal/network/activation.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "hadal/error.hpp"

namespace hadal {
namespace {

const std::map<std::string_view, std::string_view> not_homogeneous{
    {"sigmoid", "it saturates: act(a x) is not a^p act(x) for any p"},
    {"tanh", "it saturates: act(a x) is not a^p act(x) for any p"},
    {"softplus", "log(1 + exp(x)) is ReLU only far from 0, and not homogeneous near it"},
    {"elu", "it saturates below 0: act(a x) is not a^p act(x) for any p"},
    {"gelu", "its slope changes with the size of x: act(a x) is not a^p act(x) for any p"},
    {"silu", "its slope changes with the size of x: act(a x) is not a^p act(x) for any p"},
    {"swish", "its slope changes with the size of x: act(a x) is not a^p act(x) for any p"},
};

template <class T>
T number(std::string_view text, std::string_view whole, const char* expected) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw ArgumentError(
        fmt::format("activation '{}' was given; expected {} after the colon", whole, expected));
  return value;
}

}  // namespace

double Activation::slope_below() const {
  switch (kind) {
    case Kind::linear:
      return 1;
    case Kind::leaky_relu:
      return leak;
    case Kind::absolute:
      return -1;
    default:
      return 0;
  }
}

Activation Activation::from_string(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool has_value = colon != std::string_view::npos;
  const std::string_view value = has_value ? text.substr(colon + 1) : "";
  Activation activation;
  if (name == "maxout") {
    activation.kind = Kind::maxout;
    activation.pieces = number<int>(value, text, "a number of pieces from 2 to 64");
    if (activation.pieces < 2 || activation.pieces > 64)
      throw ArgumentError(
          fmt::format("maxout of {} pieces was given; expected 2 to 64", activation.pieces));
    return activation;
  }
  if (name == "leaky") {
    activation.kind = Kind::leaky_relu;
    if (has_value) activation.leak = number<double>(value, text, "a slope in [0, 1)");
    if (!(activation.leak >= 0 && activation.leak < 1))
      throw ArgumentError(
          fmt::format("a leak of {} was given; expected a slope in [0, 1)", activation.leak));
    return activation;
  }
  static const std::map<std::string_view, Kind> plain{{"linear", Kind::linear},
                                                      {"relu", Kind::relu},
                                                      {"abs", Kind::absolute},
                                                      {"square", Kind::square}};
  const auto found = plain.find(name);
  if (found != plain.end() && !has_value) {
    activation.kind = found->second;
    return activation;
  }
  if (const auto refused = not_homogeneous.find(name); refused != not_homogeneous.end())
    throw ArgumentError(
        fmt::format("activation '{}' was given, which is not positively homogeneous ({}); expected "
                    "linear, relu, leaky[:SLOPE], abs, square or maxout:K",
                    name, refused->second));
  throw ArgumentError(
      fmt::format("activation '{}' was given; expected linear, relu, leaky[:SLOPE], abs, square or "
                  "maxout:K",
                  text));
}

std::string Activation::to_string() const {
  switch (kind) {
    case Kind::linear:
      return "linear";
    case Kind::relu:
      return "relu";
    case Kind::leaky_relu:
      return fmt::format("leaky:{}", leak);
    case Kind::absolute:
      return "abs";
    case Kind::square:
      return "square";
    case Kind::maxout:
      return fmt::format("maxout:{}", pieces);
  }
  return {};
}

void activate(const Activation& activation, const Factor& in, Factor& out) {
  if (activation.kind == Activation::Kind::square) {
    out = in.cwiseAbs2();
  } else if (activation.two_slopes()) {
    const double below = activation.slope_below();
    out = in.unaryExpr([below](double x) { return x >= 0 ? x : below * x; });
  } else {
    const Index pieces = activation.pieces;
    out.resize(in.rows(), in.cols() / pieces);
    for (Index i = 0; i < out.rows(); ++i)
      for (Index j = 0; j < out.cols(); ++j)
        out(i, j) = in.row(i).segment(j * pieces, pieces).maxCoeff();
  }
}

void activate_backward(const Activation& activation, const Factor& in, const Factor& of_out,
                       Factor& of_in) {
  if (activation.kind == Activation::Kind::square) {
    of_in = 2 * in.cwiseProduct(of_out);
  } else if (activation.two_slopes()) {
    const double below = activation.slope_below();
    of_in = in.binaryExpr(of_out, [below](double x, double g) { return x >= 0 ? g : below * g; });
  } else {
    const Index pieces = activation.pieces;
    of_in.setZero(in.rows(), in.cols());
    for (Index i = 0; i < of_out.rows(); ++i)
      for (Index j = 0; j < of_out.cols(); ++j) {
        Index largest = 0;
        in.row(i).segment(j * pieces, pieces).maxCoeff(&largest);
        of_in(i, j * pieces + largest) = of_out(i, j);
      }
  }
}

}  // namespace hadal
