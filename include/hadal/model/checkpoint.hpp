#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// What one fold of a cross-validation has done so far, in the fold's own (scaled) units.
struct FoldCheckpoint {
  /// One for each fit that is finished: lambda is the ratio, validation_error the error on what the
  /// fold holds out.
  std::vector<PathPoint> points;
  /// The last few fits, of which the next ones start.
  struct Start {
    double ratio = 0;
    Factor u, v;
    double penalised_error = 0;
    std::int64_t parts_kept = 0;
  };
  std::vector<Start> starts;
};

/// Everything a matrix fit needs to go on after an outer iteration, or after a fit of one fold of a
/// cross-validation, to the same answer bit for bit.
/// Factors and figures are in the solver's own (scaled) units.
struct MatrixCheckpoint {
  std::string problem;  ///< what was being solved, in words that must match on resuming
  double lambda = 0;    ///< data units; 0 while a cross-validation is choosing it
  std::vector<FoldCheckpoint> folds;  ///< of that cross-validation; none once lambda is chosen
  std::vector<PathPoint> path;        ///< of the cross-validation that chose lambda, if any
  Factor u, v;                        ///< atoms
  Factor found_u, found_v;            ///< directions of the last polar search
  std::vector<double> collected;      ///< what each of them collects
  std::int64_t iteration = 0;
  std::int64_t idle = 0;
  std::int64_t thorough = 0;  ///< 0 or 1
  double reduction = 0;
  double lower_bound = 0;  ///< -infinity while none is known
  double passes = 0;
  double seconds = 0;
  std::vector<OuterIteration> trace;
};

/// Written atomically: a fit that is killed at any moment leaves the last complete checkpoint.
void save_checkpoint(const std::filesystem::path& path, const MatrixCheckpoint& checkpoint);

/// Throws ModelError naming the file and what is wrong with it.
MatrixCheckpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace hadal
