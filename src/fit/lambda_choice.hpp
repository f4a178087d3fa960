#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "hadal/fit/matrix_fold.hpp"

namespace hadal {

/// Where the fit at the chosen lambda starts.
struct Chosen {
  double lambda = 0;
  std::vector<PathPoint> path;
  RankOneAtoms atoms;
  /// Mean held-out error of the folds' penalised fits.
  double penalised_error = std::numeric_limits<double>::quiet_NaN();
  Index parts_kept = 0;      ///< the median over the folds, if refits are judged
  bool interrupted = false;  ///< lambda is the best of the points that were looked at
};

/// What was done before by each fold (nothing: none has begun), and where that of all of them is to
/// be kept after every fit of a fold; called one at a time, from any thread.
struct FoldMemory {
  std::vector<FoldState> known;
  std::function<void(const std::vector<FoldState>&)> keep;
};

/// Chooses lambda by cross-validation. Throws DataError when there is too little to hold out.
Chosen choose_lambda(const MatrixData& data, const MatrixFitOptions& options,
                     const MatrixProblem& problem, const FitObserver& observer,
                     const TimeLeft& time_left, FoldMemory memory);

}  // namespace hadal
