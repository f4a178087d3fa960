#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "hadal/fit/tensor_fold.hpp"

namespace hadal {

/// A lambda chosen by cross-validation, and where the fit at it starts.
struct TensorChoice {
  double lambda = 0;
  std::vector<PathPoint> path;
  TensorAtoms atoms;
  /// Mean held-out error of the folds' penalised fits.
  double penalised_error = std::numeric_limits<double>::quiet_NaN();
  bool interrupted = false;  ///< lambda is the best of the points that were looked at
};

/// What was done before by each fold (nothing: none has begun), and where that of all of them is to
/// be kept after every fit of a fold; called one at a time, from any thread.
struct TensorFoldMemory {
  std::vector<TensorFoldState> known;
  std::function<void(const std::vector<TensorFoldState>&)> keep;
};

/// Chooses lambda by cross-validation. Which entries are held out together is decided by their
/// number alone, not by the seed: that changes what searches start from, and not what is asked.
/// Throws DataError when there is too little to hold out.
TensorChoice choose_lambda(const TensorEntries& entries, const TensorFitOptions& options,
                           const TensorProblem& problem, const FitObserver& observer,
                           const TimeLeft& time_left, TensorFoldMemory memory);

}  // namespace hadal
