#pragma once

#include "hadal/fit/fit_options.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// What options say of the solve loop, but for lambda and the kind of proof.
SolveOptions solve_limits(const FitOptions& options);

}  // namespace hadal
