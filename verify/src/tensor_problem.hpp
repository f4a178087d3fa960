#pragma once

#include <vector>

#include "hadal/model/tensor_model.hpp"
#include "positions.hpp"
#include "problem.hpp"

namespace hadal::verify {

/// A tensor model and its data as a problem of a matrix: mode 0 as rows, the positions in all other
/// modes as columns, u the factor of mode 0 and v the products of the other factors' rows. Data's
/// units are taken out of u alone, exactly. The penalty is that of the tensor. The entries keep
/// their order.
/// Precondition: the entries keep their invariants and have the model's shape; of the multinomial
/// loss they are the scores, see by_category.
Problem scaled_problem(const TensorModel& model, const TensorEntries& entries,
                       const Positions& positions);

/// The same problem without components.
Problem without_components(Problem problem);

}  // namespace hadal::verify
