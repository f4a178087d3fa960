#pragma once

#include <string>
#include <vector>

#include "hadal/network/architecture.hpp"

namespace hadal {

/// A layer whose place, shapes and weights are known.
struct PlannedLayer {
  Layer layer;
  std::string name;  ///< e.g. "layer 3 (conv2d 16 kernel 3 stride 1 padding 1)"
  Shape in, out;
  int weights = -1;  ///< its number among the weight layers, or -1
  std::vector<std::vector<PlannedLayer>> branches;
};

/// The weights of one layer of one copy, in a row: W (outputs x inputs x kernel x kernel, row by
/// row), and where there are biases b (one for each output) and, unless it is the last layer, g.
struct WeightLayer {
  std::string name;
  Index outputs = 0, inputs = 0, kernel = 1;
  bool bias = true, carries = true;  ///< whether b, g are there
  /// Layers at the same depth of branches are one block: the subnetwork is homogeneous in blocks.
  std::size_t block = 0;

  Index matrix_size() const { return outputs * inputs * kernel * kernel; }
  Index size() const { return matrix_size() + (bias ? outputs : 0) + (carries ? 1 : 0); }
};

/// An architecture for inputs and outputs of given sizes, found to be sound: map(W) is homogeneous
/// of degree degrees[k] in the weights of block k, all others fixed, and of degree() in all.
struct Plan {
  Shape input;
  Index outputs = 0;
  bool bias = true;
  std::vector<PlannedLayer> layers;
  std::vector<WeightLayer> weights;
  std::vector<int> degrees;

  int degree() const;
  Index parameters() const;  ///< of one copy
};

/// Checks shapes and degrees. Throws ArgumentError naming the layer, what it was given and what it
/// expects; or, of branches, their two degrees. `input`: the data's shape, used where the
/// architecture names none; of an architecture that does, both have the same size.
Plan plan(const Architecture& architecture, const Shape& input, Index outputs);

/// Throws ArgumentError naming both degrees unless a penalty of this degree matches the plan.
void require_matched(const Plan& plan, int penalty_degree);

}  // namespace hadal
