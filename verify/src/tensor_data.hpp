#pragma once

#include "hadal/data/tensor_entries.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::verify {

/// Whether elements of all modes are the model's, in its order.
bool same_order(const TensorModel& model, const TensorData& data);

/// The entries in the model's order of elements, by their labels. Throws ModelError where order,
/// sizes or labels do not fit the model.
TensorEntries fitted_to(const TensorModel& model, const TensorData& data);

}  // namespace hadal::verify
