#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "hadal/error.hpp"
#include "hadal/network/architecture.hpp"

namespace hadal {
namespace {

constexpr Index number_max = 1 << 24;
constexpr std::size_t layers_max = 1000, depth_max = 8;

const std::map<std::string_view, std::string_view> refused{
    {"batchnorm",
     "it divides by the spread of a batch, so that its output does not grow with the "
     "weights: the degree is 0, and depends on other samples"},
    {"localresponsenorm",
     "it divides by a power of the neighbours plus a constant, which is not "
     "a^p times itself for any p"},
    {"lrn", "it divides by a power of the neighbours plus a constant"},
    {"layernorm", "it divides by the spread of its input: the degree is 0"},
    {"groupnorm", "it divides by the spread of its input: the degree is 0"},
    {"instancenorm", "it divides by the spread of its input: the degree is 0"},
    {"dropout",
     "it is a random factor in training, no layer of the model that is fitted; the "
     "penalty takes its place"},
    {"softmax", "it saturates: act(a x) is not a^p act(x) for any p; the multinomial loss has it"},
};

constexpr const char* known =
    "linear N, conv2d N kernel K, relu, leaky[:SLOPE], abs, square, maxout:K, max-pool K, "
    "mean-pool K, flatten, skip, and, end, output, input SHAPE or no-bias";

std::string lower(std::string word) {
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

/// "BatchNorm2d", "batch_norm" and "batch-norm" are one layer.
std::string plain_name(const std::string& word) {
  std::string name = lower(word);
  std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
  for (const std::string end : {"1d", "2d", "3d"})
    if (name.size() > end.size() && name.ends_with(end)) name.resize(name.size() - end.size());
  return name;
}

/// The words of a description's lines, read one after the other.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : lines_(std::string(text)), name_(name) {}

  Architecture read() {
    Architecture architecture;
    while (next()) {
      const std::string& word = words_.front();
      if (word == "input") {
        if (architecture.input || words_.size() != 2) fail("expected one line 'input SHAPE'");
        architecture.input = shape();
      } else if (word == "no-bias") {
        end_of_line(1);
        architecture.bias = false;
      } else {
        architecture.layers.push_back(layer(0));
      }
    }
    if (architecture.layers.empty() || architecture.layers.back().kind != Layer::Kind::output)
      throw ArgumentError(fmt::format("{}: expected 'output' as its last line", name_));
    return architecture;
  }

 private:
  bool next() {
    for (std::string line; std::getline(lines_, line);) {
      ++line_;
      std::istringstream stream(line.substr(0, line.find('#')));
      words_.assign(std::istream_iterator<std::string>(stream), {});
      if (!words_.empty()) return true;
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw ArgumentError(fmt::format("{}, line {}: {}", name_, line_, message));
  }

  void end_of_line(std::size_t words) const {
    if (words_.size() > words)
      fail(fmt::format("'{}' was given after {}; expected the end of the line", words_[words],
                       words_[words - 1]));
  }

  Shape shape() const {
    try {
      return shape_from_string(words_[1]);
    } catch (const ArgumentError& error) {
      fail(error.what());
    }
  }

  Index number(std::size_t at, Index least) const {
    Index value = -1;
    const std::string text = at < words_.size() ? words_[at] : "";
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least ||
        value > number_max)
      fail(fmt::format("'{}' was given after {}; expected a whole number from {} to {}", text,
                       words_[at - 1], least, number_max));
    return value;
  }

  Layer layer(std::size_t depth) {
    if (++layers_ > layers_max) fail(fmt::format("expected at most {} layers", layers_max));
    const std::string& word = words_.front();
    Layer layer;
    if (word == "linear") {
      layer.kind = Layer::Kind::linear;
      layer.units = number(1, 1);
      end_of_line(2);
    } else if (word == "conv2d") {
      layer.kind = Layer::Kind::conv2d;
      layer.units = number(1, 1);
      window(layer, 2);
    } else if (word == "max-pool" || word == "mean-pool") {
      layer.kind = word == "max-pool" ? Layer::Kind::max_pool : Layer::Kind::mean_pool;
      pool(layer);
    } else if (word == "flatten" || word == "output") {
      layer.kind = word == "flatten" ? Layer::Kind::flatten : Layer::Kind::output;
      end_of_line(1);
      if (word == "output" && depth > 0)
        fail("output stands within a skip; expected it at the end");
    } else if (word == "skip") {
      end_of_line(1);
      skip(layer, depth + 1);
    } else {
      layer.activation = activation(word);
      end_of_line(1);
    }
    return layer;
  }

  Activation activation(const std::string& word) const {
    if (const auto found = refused.find(plain_name(word)); found != refused.end())
      fail(fmt::format("'{}' was given, which is not positively homogeneous ({}); expected {}",
                       word, found->second, known));
    if (word == "and" || word == "end") fail(fmt::format("'{}' stands outside of a skip", word));
    try {
      return Activation::from_string(lower(word));
    } catch (const ArgumentError& error) {
      fail(std::string(error.what()).find("not positively homogeneous") != std::string::npos ||
                   word.find(':') != std::string::npos
               ? std::string(error.what())
               : fmt::format("'{}' was given; expected {}", word, known));
    }
  }

  void window(Layer& layer, std::size_t from) const {
    bool kernel = false;
    for (std::size_t k = from; k < words_.size(); k += 2) {
      const std::string& word = words_[k];
      if (word == "kernel") {
        layer.kernel = number(k + 1, 1);
        kernel = true;
      } else if (word == "stride") {
        layer.stride = number(k + 1, 1);
      } else if (word == "padding") {
        layer.padding = number(k + 1, 0);
      } else {
        fail(fmt::format("'{}' was given; expected kernel K, stride S or padding P", word));
      }
    }
    if (!kernel) fail(fmt::format("{} has no kernel; expected kernel K", words_.front()));
    if (layer.padding >= layer.kernel)
      fail(fmt::format("padding {} of kernel {}; expected less than the kernel", layer.padding,
                       layer.kernel));
  }

  /// "max-pool 2" is short for kernel 2 stride 2.
  void pool(Layer& layer) {
    if (words_.size() == 2) {
      layer.kernel = layer.stride = number(1, 1);
      return;
    }
    bool stride = false;
    for (const std::string& word : words_) stride = stride || word == "stride";
    window(layer, 1);
    if (!stride) layer.stride = layer.kernel;
    if (2 * layer.padding > layer.kernel)
      fail(fmt::format("padding {} of kernel {}; expected at most half of the kernel",
                       layer.padding, layer.kernel));
  }

  void skip(Layer& layer, std::size_t depth) {
    if (depth > depth_max) fail(fmt::format("expected skips at most {} deep", depth_max));
    layer.kind = Layer::Kind::skip;
    const int begin = line_;
    layer.branches.emplace_back();
    while (next()) {
      const std::string& word = words_.front();
      if (word == "and" || word == "end") {
        end_of_line(1);
        if (word == "end") break;
        layer.branches.emplace_back();
      } else {
        layer.branches.back().push_back(this->layer(depth));
      }
    }
    if (words_.empty() || words_.front() != "end")
      fail(fmt::format("the skip of line {} does not end; expected 'end'", begin));
    if (layer.branches.size() < 2)
      fail(
          fmt::format("the skip of line {} has one branch; expected two or more, with 'and' "
                      "between them",
                      begin));
  }

  std::istringstream lines_;
  const std::string& name_;
  std::vector<std::string> words_;
  int line_ = 0;
  std::size_t layers_ = 0;
};

std::string text_of(const std::vector<Layer>& layers, const std::string& indent) {
  std::string text;
  for (const Layer& layer : layers) {
    text += indent + to_string(layer) + "\n";
    for (std::size_t k = 0; k < layer.branches.size(); ++k)
      text += text_of(layer.branches[k], indent + "  ") + indent +
              (k + 1 < layer.branches.size() ? "and\n" : "end\n");
  }
  return text;
}

}  // namespace

Architecture Architecture::from_text(std::string_view text, const std::string& name) {
  return Reader(text, name).read();
}

Architecture Architecture::from_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw ArgumentError(fmt::format("{}: cannot be read", path.string()));
  return from_text(text, path.string());
}

std::string Architecture::to_text() const {
  return (input ? "input " + to_string(*input) + "\n" : "") + (bias ? "" : "no-bias\n") +
         text_of(layers, "");
}

}  // namespace hadal
