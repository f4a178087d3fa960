#pragma once

#include <string>
#include <vector>

#include "hadal/network/activation.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What passes from layer to layer for one sample: pictures, or a flat list of values.
struct Shape {
  Index channels = 0;
  Index height = 1, width = 1;  ///< both 1 where flat
  bool flat = true;

  Index size() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

/// "3x227x227" or "64"; the inverse throws ArgumentError for anything else.
std::string to_string(const Shape& shape);
Shape shape_from_string(const std::string& text);

/// One line of a described subnetwork. All are positively homogeneous: linear, conv2d and output
/// have weights and add 1 to the degree, a square doubles it, the others keep it.
struct Layer {
  enum class Kind {
    linear,      ///< fully connected, to `units`
    conv2d,      ///< cross-correlation to `units` channels; zeros beyond the border
    activation,  ///< of every value; maxout takes the largest of `pieces` channels side by side
    max_pool,
    mean_pool,  ///< zeros beyond the border count
    flatten,    ///< channel by channel, row by row
    skip,       ///< the sum of branches with equal degrees and shapes
    output      ///< fully connected, to as many values as the data's targets have
  };
  Kind kind = Kind::activation;
  Index units = 0;
  Index kernel = 1, stride = 1, padding = 0;  ///< of conv2d and pools, the same in both directions
  Activation activation;
  std::vector<std::vector<Layer>> branches;  ///< an empty one passes its input on

  bool has_weights() const {
    return kind == Kind::linear || kind == Kind::conv2d || kind == Kind::output;
  }
};

/// As a description says it, e.g. "conv2d 16 kernel 3 stride 1 padding 1"; "skip" for branches.
std::string to_string(const Layer& layer);

}  // namespace hadal
