#pragma once

#include <algorithm>
#include <vector>

#include "hadal/dropout/objective.hpp"
#include "math/support.hpp"

namespace hadal::test {

/// Targets of all kinds: noise, of low rank, with repeated singular values, with zero rows, zero.
inline Matrix random_target(Index rows, Index columns, Random& random) {
  switch (random.integer(0, 5)) {
    case 0: {
      const Index rank = random.integer(1, std::min(rows, columns));
      return random.matrix(rows, rank) * random.matrix(rank, columns);
    }
    case 1:  // repeated
      return Matrix::Identity(rows, columns) * random.uniform(0.5, 2);
    case 2: {
      Matrix m = random.matrix(rows, columns);
      for (Index i = 0; i < rows; ++i)
        if (random.chance(0.5)) m.row(i).setZero();
      return m;
    }
    case 3:  // whole numbers
      return Matrix::NullaryExpr(rows, columns, [&] { return double(random.integer(1, 5)); });
    default:
      return random.matrix(rows, columns);
  }
}

/// Every weight of a network, one after another.
inline std::vector<double*> weights_of(LinearNetwork& network) {
  std::vector<double*> weights;
  for (Matrix& layer : network.layers)
    for (Index k = 0; k < layer.size(); ++k) weights.push_back(layer.data() + k);
  return weights;
}

}  // namespace hadal::test
