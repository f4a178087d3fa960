#pragma once

#include "checks.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::verify {

/// The model is what the documentation says a tensor model is: lambda >= 0, factors finite,
/// balanced, sorted, with the signs that they are to have, refit and validation figures finite.
void check_model(const TensorModel& model, const Problem& problem, Checks& checks);

}  // namespace hadal::verify
