#pragma once

#include <filesystem>
#include <vector>

#include "hadal/model/checkpoint_state.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What one fold of a cross-validation has done so far, in the fold's own (scaled) units.
struct TensorFoldCheckpoint {
  /// One for each fit that is finished: lambda is the ratio, validation_error the error on what the
  /// fold holds out.
  std::vector<PathPoint> points;
  std::vector<double> penalised_errors;  ///< of each of them
  /// The last few fits, of which the next ones start.
  struct Start {
    double ratio = 0;
    std::vector<Factor> factors;
  };
  std::vector<Start> starts;
};

/// Everything a tensor fit needs to go on after an outer iteration, or after a fit of one fold of a
/// cross-validation, to the same answer bit for bit. Factors are in the solver's own units.
struct TensorCheckpoint : CheckpointState {
  std::vector<TensorFoldCheckpoint> folds;  ///< that are to choose lambda; none once it is chosen
  std::vector<Factor> factors;              ///< one for each mode
  std::vector<Factor> found;                ///< directions of the last polar search
};

/// Written atomically: a fit that is killed at any moment leaves the last complete checkpoint.
void save_checkpoint(const std::filesystem::path& path, const TensorCheckpoint& checkpoint);

/// Throws ModelError naming the file and what is wrong with it.
TensorCheckpoint load_tensor_checkpoint(const std::filesystem::path& path);

}  // namespace hadal
