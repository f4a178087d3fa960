#pragma once

#include "problem.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// What one entry says at a prediction that is known to within `margin`.
struct Entry {
  Real loss = 0;
  Real loss_margin = 0;  ///< >= |loss as computed - loss exactly|
  double force = 0;      ///< minus the derivative of the loss, in the domain of the conjugate
};

/// Not of the multinomial loss, see category_entry. y: the value, less its offsets. error: y - z,
/// rounded once; z: the low-rank part.
Entry entry_of(const Problem& problem, double y, double error, double z, Real margin);

}  // namespace hadal::verify
