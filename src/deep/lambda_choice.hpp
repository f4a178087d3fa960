#pragma once

#include <vector>

#include "hadal/fit/network_problem.hpp"
#include "training.hpp"

namespace hadal::deep {

struct Choice {
  double ratio = 0;             ///< to lambda_max
  std::vector<PathPoint> path;  ///< of ratios
  NetworkError error;           ///< at the chosen one, the mean over the folds
  ChoiceRecord record;
  bool interrupted = false;
};

/// Chooses the ratio whose trainings predict best what the folds hold out. Each is anew: it goes on
/// from no other. Writes and goes on from options.checkpoint and options.resume.
Choice choose_lambda(const SampleData& data, const DeepFitOptions& options,
                     const FitObserver& observer);

}  // namespace hadal::deep
