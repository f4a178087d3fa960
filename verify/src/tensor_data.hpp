#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::verify {

/// Whether elements of all modes are the model's, in its order.
bool same_order(const TensorModel& model, const TensorData& data);

/// The entries in the model's order of elements, by their labels. Throws ModelError where order,
/// sizes or labels do not fit the model.
TensorEntries fitted_to(const TensorModel& model, const TensorData& data);

/// Every entry as one for each category, in a last mode of theirs: of value 1 where it is that one,
/// 0 elsewhere. unfit: the first value that is no category, if any; it is taken for the first
/// category then.
TensorEntries by_category(const TensorEntries& entries, const std::vector<std::int64_t>& categories,
                          std::optional<double>& unfit);

}  // namespace hadal::verify
