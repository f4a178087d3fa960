#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hadal/model/trace.hpp"

namespace hadal {

/// What the checkpoints of all families hold beside their atoms: what was being solved, and where
/// its loop stands. Figures are in the solver's own (scaled) units unless said otherwise.
struct CheckpointState {
  std::string problem;            ///< what was being solved, in words that must match on resuming
  double lambda = 0;              ///< data units; 0 while a cross-validation is choosing it
  std::vector<PathPoint> path;    ///< of the cross-validation that chose lambda, if any
  std::vector<double> collected;  ///< what each direction of the last polar search collects
  std::int64_t iteration = 0;
  std::int64_t idle = 0;
  std::int64_t thorough = 0;  ///< 0 or 1
  double reduction = 0;
  double lower_bound = 0;  ///< -infinity while none is known
  double passes = 0;
  double seconds = 0;
  std::vector<OuterIteration> trace;
};

}  // namespace hadal
