#pragma once

#include "hadal/model/dropout_model.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// Y and X, samples in columns; an empty X is the identity.
struct LinearSamples {
  Matrix target, input;
};

/// What the objective of a linear network with dropout comes to, written out plainly.
struct DropoutFigures {
  Real error = 0;         ///< ||Y - M X||^2
  Real error_margin = 0;  ///< its rounding
  Real penalty = 0;       ///< E ||Y - M_z X||^2 - ||Y - M X||^2
  Real penalty_margin = 0;
  Matrix last_units;  ///< of the last hidden layer, width x samples
};

DropoutFigures dropout_figures(const DropoutModel& model, const LinearSamples& samples);

/// The strength of the convex penalty on the product that no network's own penalty is below:
/// m / (number of blocks), and over several layers prod (1 + m / width) - 1.
Real induced_strength(const DropoutModel& model);

}  // namespace hadal::verify
