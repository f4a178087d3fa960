#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hadal/fit/matrix_fold.hpp"

namespace hadal {

/// Where the fit at the chosen lambda starts.
struct Chosen {
  double lambda = 0;
  std::vector<PathPoint> path;
  RankOneAtoms atoms;
  /// The mean error of the folds' penalised fits, and the middle of how many parts they keep.
  /// Nothing where that is not known any more.
  std::optional<MatrixFold::Judgement> judgement{};
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
