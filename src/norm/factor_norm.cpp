#include "hadal/norm/factor_norm.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

#include "hadal/error.hpp"

namespace hadal {
namespace {

/// Reads  term { "+" term },  term = [ number "*" ] ( "l1" | "l2" | "tv(" graph ")" ).
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  FactorNorm parse() {
    norm_.l1 = norm_.l2 = norm_.tv = 0;
    term();
    while (skip("+")) term();
    if (at_ < text_.size()) fail("+ or the end");
    if (norm_.l1 + norm_.l2 == 0) fail("l1 or l2 with a weight > 0, without which it is no norm");
    return norm_;
  }

 private:
  void term() {
    const double weight = number();
    if (skip("l1")) {
      set(norm_.l1, weight);
    } else if (skip("l2")) {
      set(norm_.l2, weight);
    } else if (skip("tv")) {
      if (!skip("(")) fail("( and a graph");
      const std::size_t end = text_.find(')', at_);
      if (end == std::string::npos) fail("a graph and )");
      std::string word = text_.substr(at_, end - at_);
      std::erase_if(word, [](unsigned char c) { return std::isspace(c) != 0; });
      norm_.graph.kind = graph_kind_from_string(word);
      at_ = end + 1;
      set(norm_.tv, weight);
    } else {
      fail("l1, l2 or tv(GRAPH)");
    }
  }

  /// A weight with its "*", or 1 where there is none.
  double number() {
    space();
    double value = 1;
    const char* begin = text_.data() + at_;
    const auto result = std::from_chars(begin, text_.data() + text_.size(), value);
    if (result.ec != std::errc()) return 1;
    if (!(value > 0) || !FactorNorm::usable(value)) fail("a weight from 1e-30 to 1e30");
    at_ += static_cast<std::size_t>(result.ptr - begin);
    if (!skip("*")) fail("*");
    return value;
  }

  void set(double& weight, double value) {
    if (weight > 0) fail("every term once");
    weight = value;
  }

  void space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool skip(const std::string& word) {
    space();
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    space();
    return true;
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw ArgumentError(fmt::format("the norm '{}' was given; expected {} at character {}", text_,
                                    expected, at_ + 1));
  }

  const std::string& text_;
  std::size_t at_ = 0;
  FactorNorm norm_;
};

}  // namespace

double FactorNorm::operator()(const Vector& x) const {
  double value = 0;
  if (l1 > 0) value += l1 * x.lpNorm<1>();
  if (l2 > 0) value += l2 * x.norm();
  if (tv > 0) value += tv * total_variation(graph, x.data());
  return value;
}

FactorNorm parse_norm(const std::string& text) { return Parser(text).parse(); }

std::string to_string(const FactorNorm& norm) {
  std::string text;
  const auto add = [&](double weight, const std::string& term) {
    if (weight == 0) return;
    if (!text.empty()) text += " + ";
    text += weight == 1 ? term : fmt::format("{}*{}", weight, term);
  };
  add(norm.l1, "l1");
  add(norm.l2, "l2");
  add(norm.tv, "tv(" + to_string(norm.graph.kind) + ")");
  return text;
}

}  // namespace hadal
