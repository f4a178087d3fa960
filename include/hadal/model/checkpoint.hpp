#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/model/checkpoint_state.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What one fold of a cross-validation has done so far, in the fold's own (scaled) units.
struct FoldCheckpoint {
  /// One for each fit that is finished: lambda is the ratio, validation_error the error on what the
  /// fold holds out.
  std::vector<PathPoint> points;
  std::vector<double> penalised_errors;  ///< of each of them
  std::vector<std::int64_t> parts_kept;  ///< by the refit of each of them, 0 if none
  std::vector<std::int64_t> overfits;    ///< 1 where it was ended early, as it fitted noise
  /// The last few fits, of which the next ones start.
  struct Start {
    double ratio = 0;
    Factor u, v;
  };
  std::vector<Start> starts;
};

/// Everything a matrix fit needs to go on after an outer iteration, or after a fit of one fold of a
/// cross-validation, to the same answer bit for bit. Factors are in the solver's own units.
struct MatrixCheckpoint : CheckpointState {
  std::vector<FoldCheckpoint> folds;  ///< that are to choose lambda; none once it is chosen
  Factor u, v;                        ///< atoms
  Factor found_u, found_v;            ///< directions of the last polar search
};

/// Written atomically: a fit that is killed at any moment leaves the last complete checkpoint.
void save_checkpoint(const std::filesystem::path& path, const MatrixCheckpoint& checkpoint);

/// Throws ModelError naming the file and what is wrong with it.
MatrixCheckpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace hadal
