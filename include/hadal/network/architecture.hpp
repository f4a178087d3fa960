#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hadal/network/layer.hpp"

namespace hadal {

/// A subnetwork as it is described: its layers in sequence, the last of them `output`.
///
/// With biases the input has a constant 1, and every weight layer carries a constant on: a layer
/// maps x and the constant c to (W x + b c, g c), with the bias b and the number g among its
/// weights, and layers without weights map c as they map x (pools, maxout and flatten keep it). So
/// all that a layer passes on has the same degree, which biases that are plain numbers would break.
struct Architecture {
  std::optional<Shape> input;  ///< none: the shape of the data
  bool bias = true;
  std::vector<Layer> layers;

  /// Reads a description (docs/command-line.md), one layer a line. Throws ArgumentError naming
  /// `name` and the line; layers that are not positively homogeneous are refused with the reason.
  static Architecture from_text(std::string_view text, const std::string& name);
  static Architecture from_file(const std::filesystem::path& path);

  /// mlp:H1,H2,.. (fully connected, ReLU), convnet[:C1,C2,..] (3x3 convolutions, ReLU and max
  /// pooling; 16,32 channels where none are given) or alexnet[:DIVISOR] (Krizhevsky et al. 2012,
  /// without its local response normalisation, which is not homogeneous, and without dropout; all
  /// widths divided by DIVISOR). None for any other text; throws ArgumentError for bad numbers.
  static std::optional<Architecture> built(std::string_view text);

  /// The description again: from_text gives the same architecture.
  std::string to_text() const;
};

}  // namespace hadal
