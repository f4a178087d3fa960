#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hadal/fit/matrix_problem.hpp"
#include "hadal/solve/cross_validation.hpp"

namespace hadal {

/// Entries to fit on and entries held out.
struct Split {
  Entries train, held_out;
};

/// Holds out entry k where part[k] == fold.
Split split_entries(const Entries& entries, const std::vector<int>& part, int fold);

/// Which entries are held out together, numbered from 0: each by itself, but the channels of one
/// pixel of a picture as one, because pixels are what is missing from pictures and a channel is
/// easily told from the others.
std::vector<Index> held_out_together(const MatrixData& data);

/// Assigns every group to one of `parts` parts of nearly equal size, at random by the seed; returns
/// the part of each entry.
std::vector<int> random_parts(const std::vector<Index>& group, int parts, std::uint64_t seed);

/// The weighted mean_error of the model's penalised (or refitted) prediction.
double prediction_error(const MatrixModel& model, const Factor& u, const Factor& v,
                        const Entries& entries);

/// Atoms in the units of one problem as atoms in the units of another on the same rows and columns.
RankOneAtoms in_units_of(const MatrixProblem& to, const MatrixProblem& from, RankOneAtoms atoms);

/// Seconds until a fit must end, over all that it does.
using TimeLeft = std::function<double()>;

/// What a fold has done so far: enough to go on from, to the same answer.
struct FoldState {
  struct Done {
    double ratio;
    FoldPoint point;
    double penalised_error;  ///< on what is held out; the point has the refit's, if that is less
  };
  struct Recent {
    double ratio;
    RankOneAtoms atoms;
  };
  std::vector<Done> done;
  std::deque<Recent> recent;  ///< the last few fits, of which the next ones start
};

/// One fold of a cross-validation over lambda: a problem on the training entries and its path. With
/// structured norms and a refit it is the refitted model that is judged: penalised parts are shrunk
/// by more than half where noise is strong, and by their own error the best lambda would be one
/// that fits noise as well. With structured norms a fit ends, too, where growing only fits
/// noise (Overfitting); its error is that of where it ended, which may be less than at its optimum.
class MatrixFold {
 public:
  MatrixFold(Split split, const MatrixFitOptions& options, SolveObserver observer,
             TimeLeft time_left);
  /// The fit at a ratio; the point that is known already where this fold has fitted it before.
  FoldPoint fit(double ratio);

  /// Goes on from what the same fold has done before.
  void resume(FoldState state) { state_ = std::move(state); }
  /// Called after every fit that was not interrupted, from its thread.
  void when_done(std::function<void(const FoldState&)> keep) { keep_ = std::move(keep); }

  const MatrixProblem& problem() const { return problem_; }
  /// The atoms, in the fold's own units, of the smallest of the last few ratios that is not below
  /// this one: what a fit at this ratio best starts from.
  RankOneAtoms nearest(double ratio) const;

  /// Nothing where no fit at the ratio is finished.
  std::optional<FoldState::Done> done_at(double ratio) const;

 private:
  double error_of(const RankOneAtoms& atoms) const;

  Entries held_out_;
  MatrixProblem problem_;
  SolveOptions solve_;
  SolveObserver observer_;
  TimeLeft time_left_;
  bool refits_;
  double empty_error_;
  FoldState state_;
  std::function<void(const FoldState&)> keep_;
};

/// The solve loop's part of the options; `automatic` proofs are resolved for this space.
SolveOptions solve_options(const MatrixFitOptions& options, const CoefficientSpace& space);

/// Those of fits that are only judged by what they hold out: such errors settle long before the
/// last digits do, and nothing is claimed of these fits.
SolveOptions fold_options(const MatrixFitOptions& options, const CoefficientSpace& space);

}  // namespace hadal
