#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/model/trace.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What a training of one fold of a cross-validation has come to.
struct DeepFoldPoint {
  std::int64_t fold = 0;  ///< from 0
  double ratio = 0;       ///< of lambda to the fold's lambda_max
  Index size = 0;
  double objective = 0;
  double error = 0;        ///< on what the fold holds out
  double accuracy = 0;     ///< NaN of regressions
  double empty_error = 0;  ///< without any copy
};

/// Everything the fit of a deep network needs to go on after an epoch, to the same model bit for
/// bit. Weights, lambda_max and polar are in the fit's own units; trace and choice in those of
/// the data.
struct DeepCheckpoint {
  std::string problem;  ///< what was being solved, in words that must match on resuming
  std::vector<DeepFoldPoint> choice;  ///< of lambda, as far as it has come; none where it is given
  std::int64_t epoch = 0;             ///< 0 while lambda is being chosen
  double lambda_max = 0, polar = 0, seconds = 0;
  /// Of every weight layer: copies x its size. No layers while lambda is being chosen.
  std::vector<SingleFactor> weights;
  std::vector<SingleFactor> first, second;  ///< moments of their gradients
  std::vector<double> steps;                ///< that each copy was trained for
  std::vector<SingleFactor> best;  ///< weights with the smallest error on held-out samples so far
  double best_error = 0;           ///< +infinity while there are none
  std::int64_t best_epoch = 0;
  std::vector<OuterIteration> trace;
};

/// Written atomically: a fit that is killed at any moment leaves the last complete checkpoint.
void save_checkpoint(const std::filesystem::path& path, const DeepCheckpoint& checkpoint);

/// Throws ModelError naming the file and what is wrong with it.
DeepCheckpoint load_deep_checkpoint(const std::filesystem::path& path);

}  // namespace hadal
