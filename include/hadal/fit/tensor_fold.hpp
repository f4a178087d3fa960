#pragma once

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/tensor_problem.hpp"

namespace hadal {

/// Entries to fit on and entries held out.
struct SplitTensor {
  TensorEntries train, held_out;
};

/// Holds out entry k where part[k] == fold. Entries of a full tensor get indices.
SplitTensor split_tensor(const TensorEntries& entries, const std::vector<int>& part, int fold);

/// What a fold has done so far: enough to go on from, to the same answer.
struct TensorFoldState {
  struct Done {
    double ratio;
    FoldPoint point;
    double penalised_error;  ///< on what is held out
  };
  struct Recent {
    double ratio;
    TensorAtoms atoms;
  };
  std::vector<Done> done;
  std::deque<Recent> recent;  ///< the last few fits, of which the next ones start
};

/// One fold of a cross-validation over lambda; see MatrixFold. Where a refit is asked for it is the
/// refitted model that is judged.
class TensorFold {
 public:
  TensorFold(SplitTensor split, const TensorFitOptions& options, SolveObserver observer,
             TimeLeft time_left);
  /// The fit at a ratio; the point that is known already where this fold has fitted it before.
  FoldPoint fit(double ratio);

  /// Goes on from what the same fold has done before.
  void resume(TensorFoldState state) { state_ = std::move(state); }
  /// Called after every fit that was not interrupted, from its thread.
  void when_done(std::function<void(const TensorFoldState&)> keep) { keep_ = std::move(keep); }

  const TensorProblem& problem() const { return problem_; }
  /// The atoms, in the fold's own units, of the smallest of the last few ratios that is not below
  /// this one.
  TensorAtoms nearest(double ratio) const;
  /// The held-out error of the penalised fit at a ratio; NaN where it was not fitted to the end.
  double penalised_error(double ratio) const;

 private:
  TensorEntries held_out_;
  TensorFitOptions options_;
  TensorProblem problem_;
  SolveObserver observer_;
  TimeLeft time_left_;
  double empty_error_;
  TensorFoldState state_;
  std::function<void(const TensorFoldState&)> keep_;
};

/// What the refit makes of atoms; the atoms themselves where none is asked for.
TensorAtoms refitted(const TensorProblem& problem, const TensorAtoms& atoms,
                     TensorRefitChoice refit);

}  // namespace hadal
