#pragma once

#include <deque>
#include <optional>

#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/tensor_problem.hpp"

namespace hadal {

/// Entries to fit on and entries held out.
struct TensorSplit {
  TensorEntries train, held_out;
};

/// Holds out entry k where part[k] == fold. Entries of a full tensor get indices.
TensorSplit split_tensor(const TensorEntries& entries, const std::vector<int>& part, int fold);

/// One fold of a cross-validation over lambda; see MatrixFold. Where a refit is asked for it is the
/// refitted model that is judged.
class TensorFold {
 public:
  TensorFold(TensorSplit split, const TensorFitOptions& options, SolveObserver observer,
             TimeLeft time_left);
  FoldPoint fit(double ratio);

  const TensorProblem& problem() const { return problem_; }
  /// The atoms, in the fold's own units, of the smallest of the last few ratios that is not below
  /// this one.
  TensorAtoms nearest(double ratio) const;
  /// The held-out error of the penalised fit at a ratio; nothing where it is not one of the last
  /// few.
  std::optional<double> penalised_error(double ratio) const;

 private:
  struct Recent {
    double ratio;
    TensorAtoms atoms;
    double error;
  };

  TensorEntries held_out_;
  TensorFitOptions options_;
  TensorProblem problem_;
  SolveObserver observer_;
  TimeLeft time_left_;
  std::deque<Recent> recent_;
};

/// What the refit makes of atoms; the atoms themselves where none is asked for.
TensorAtoms refitted(const TensorProblem& problem, const TensorAtoms& atoms,
                     TensorRefitChoice refit);

}  // namespace hadal
