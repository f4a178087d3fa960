#pragma once

#include "hadal/fit/dropout_fit.hpp"

namespace hadal {

/// Throws ArgumentError for an option out of range, or one that does not go with another.
void check_dropout_options(const DropoutFitOptions& options);

}  // namespace hadal
