#pragma once

#include <vector>

#include "hadal/data/tensor_entries.hpp"

namespace hadal::io {

/// An array in row-major order; NaN is missing, nothing is infinite.
struct DenseArray {
  std::vector<Index> shape;
  std::vector<double> values;
};

/// The entries of `array` that are not missing, with their weights (one per
/// element, or none).
TensorEntries observed(DenseArray array, std::vector<double> weights);

}  // namespace hadal::io
