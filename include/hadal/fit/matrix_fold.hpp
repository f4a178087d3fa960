#pragma once

#include <memory>
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

/// Assigns every entry to one of `parts` parts of nearly equal size, at random by the seed.
std::vector<int> random_parts(Index count, int parts, std::uint64_t seed);

/// Root of the weighted mean squared error of the model's penalised (or refitted) prediction.
double prediction_error(const MatrixModel& model, const Factor& u, const Factor& v,
                        const Entries& entries);

/// One fold of a cross-validation over lambda: a problem on the training entries and its path.
class MatrixFold {
 public:
  MatrixFold(Split split, const MatrixFitOptions& options, SolveObserver observer);
  FoldPoint fit(double ratio);

 private:
  Entries held_out_;
  MatrixProblem problem_;
  SolveOptions solve_;
  SolveObserver observer_;
  RankOneAtoms atoms_;
};

/// The solve loop's part of the options; `automatic` proofs are resolved for this pattern.
SolveOptions solve_options(const MatrixFitOptions& options, const ObservedPattern& pattern);

}  // namespace hadal
