#pragma once

#include <cmath>

#include "hadal/dropout/linear_data.hpp"
#include "hadal/model/linear_network.hpp"

namespace hadal {

/// The exponent of two that brings the largest element of a matrix near one.
inline int exponent_of(const Matrix& a) {
  const double largest = a.size() ? a.cwiseAbs().maxCoeff() : 0.0;
  return largest > 0 ? std::ilogb(largest) : 0;
}

/// In two steps, of which neither overflows.
inline Matrix scaled(const Matrix& a, int exponent) {
  return a * std::ldexp(1.0, exponent / 2) * std::ldexp(1.0, exponent - exponent / 2);
}

/// Y and X brought near size one by powers of two, of which the target's is shared evenly among the
/// layers.
class Scaling {
 public:
  Scaling(const dropout::LinearData& data, std::size_t layers) : layers_(static_cast<int>(layers)) {
    input_ = exponent_of(data.input);
    const int exponent = exponent_of(data.target);
    layer_ = static_cast<int>(std::floor(static_cast<double>(exponent) / layers_));
  }

  dropout::LinearData apply(const dropout::LinearData& data) const {
    return {scaled(data.target, -target()), scaled(data.input, -input_)};
  }
  int target() const { return layer_ * layers_; }
  /// Of a figure in squared units of the target.
  double squared(double figure) const { return std::ldexp(figure, 2 * target()); }

  void undo(LinearNetwork& network) const {
    for (Matrix& layer : network.layers) layer = scaled(layer, layer_);
    network.layers.front() = scaled(network.layers.front(), -input_);
  }

 private:
  int layers_, layer_ = 0, input_ = 0;
};

}  // namespace hadal
