#pragma once

#include <functional>

#include "evidence.hpp"
#include "hadal/model/fitted_model.hpp"
#include "hadal/verify/verify.hpp"

namespace hadal::verify {

/// The verification of one model, step by step, from the evidence that its data are.
Report verification(const FittedModel& model, Evidence& evidence, const Options& options);

/// Runs one with the threads that the options say, and takes its time.
Report timed(const Options& options, const std::function<Report()>& verify);

}  // namespace hadal::verify
