#include "hadal/fit/solve_limits.hpp"

namespace hadal {

SolveOptions solve_limits(const FitOptions& options) {
  SolveOptions solve;
  solve.tolerance = options.tolerance;
  solve.failure_probability = options.failure_probability;
  solve.iteration_max = options.iteration_max;
  solve.seed = options.seed;
  solve.cancelled = options.cancelled;
  if (options.size_max > 0) solve.size_max = options.size_max;
  if (options.time_limit > 0) solve.time_limit = options.time_limit;
  return solve;
}

}  // namespace hadal
