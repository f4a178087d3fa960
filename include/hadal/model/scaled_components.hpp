#pragma once

#include <vector>

#include "hadal/model/tensor_model.hpp"

namespace hadal {

/// How long a component's vectors are where its weight stands apart.
enum class ComponentScale {
  unit,    ///< l2 norm 1
  simplex  ///< sum 1 in the modes that must not be negative, l2 norm 1 in the others
};

/// The model as sum_c weight[c] times the outer product of the columns c of `factors`.
struct ScaledComponents {
  Vector weight;  ///< >= 0; in the order of the model's components
  std::vector<Factor> factors;
};

/// The components that the model predicts with, those of its refit where it has one. A vector of
/// zeros stays what it is, and its component gets weight 0.
ScaledComponents scaled_components(const TensorModel& model, ComponentScale scale);

}  // namespace hadal
