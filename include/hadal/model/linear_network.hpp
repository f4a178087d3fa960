#pragma once

#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// A linear network x -> W_L ... W_2 W_1 x. layers[0] = W_1 is d_1 x inputs, layers.back() = W_L is
/// outputs x d_(L-1); the d are the widths of the hidden layers. Of one hidden layer U = W_2 and
/// V^T = W_1.
struct LinearNetwork {
  std::vector<Matrix> layers;

  Index inputs() const { return layers.front().cols(); }
  Index outputs() const { return layers.back().rows(); }
  std::vector<Index> widths() const {
    std::vector<Index> sizes;
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) sizes.push_back(layers[l].rows());
    return sizes;
  }
  /// W_L ... W_1.
  Matrix product() const {
    Matrix m = layers.back();
    for (std::size_t l = layers.size() - 1; l-- > 0;) m = m * layers[l];
    return m;
  }
};

}  // namespace hadal
