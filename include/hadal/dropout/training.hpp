#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hadal/dropout/objective.hpp"
#include "hadal/model/dropout_curve.hpp"

namespace hadal::dropout {

struct TrainingOptions {
  int epochs = 10'000;
  Index batch = 0;        ///< samples in a step; 0: all, at most 256
  double step = 0;        ///< of the gradient at the start; 0: from the largest curvature
  double retain_end = 0;  ///< annealed linearly from the noise's own to this; 0: constant
  std::uint64_t seed = 0;
  /// Told every point of the curve; false: stop.
  std::function<bool(const CurvePoint&)> observe = [](const CurvePoint&) { return true; };
};

struct TrainingResult {
  std::vector<CurvePoint> curve;
  Noise noise;  ///< at the end
  int epochs = 0;
  bool interrupted = false;
  bool diverged = false;  ///< with the step asked for: the network is as it was
};

/// Stochastic gradient descent with a fresh mask for every sample of every step: the step is
/// constant for half of the epochs and then falls like 1 / epoch, and the network is the mean over
/// the last quarter, of weights that move little then. A training that diverges starts again with a
/// smaller step, unless the step was asked for.
TrainingResult train(const LinearData& data, const Noise& noise, const TrainingOptions& options,
                     LinearNetwork& network);

}  // namespace hadal::dropout
