#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/model/trace.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Everything the fit of a deep network needs to go on after an epoch, to the same model bit for
/// bit. Weights are in the fit's own units; lambda, polar and trace in those of the data.
struct DeepCheckpoint {
  std::string problem;  ///< what was being solved, in words that must match on resuming
  std::int64_t epoch = 0;
  double lambda_max = 0, polar = 0, seconds = 0;
  std::vector<SingleFactor> weights;        ///< of every weight layer: copies x its size
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
