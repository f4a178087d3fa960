#pragma once

#include "hadal/fit/fit_options.hpp"
#include "hadal/model/fitted_model.hpp"
#include "hadal/solve/options.hpp"
#include "hadal/version.hpp"

namespace hadal {

/// Fills in what a solve says of any model: the claim and how it was found.
template <class Atoms>
void set_outcome(const SolveResult<Atoms>& result, const FitOptions& options, FittedModel& model) {
  model.certificate = result.certificate;
  model.tolerance = options.tolerance;
  model.status = status_of(result.certificate, options.tolerance);
  model.stop = result.stop;
  model.trace = result.trace;
  model.iterations = result.iterations;
  model.seed = options.seed;
  model.version = version;
}

}  // namespace hadal
