#pragma once

#include <functional>

#include "hadal/dropout/objective.hpp"

namespace hadal::dropout {

struct DescentOptions {
  int iteration_max = 2000;
  double tolerance = 1e-12;  ///< relative decrease of the objective, over ten iterations, to go on
  /// Told the iteration and the objective; false: stop.
  std::function<bool(int, const Objective&)> observe = [](int, const Objective&) { return true; };
};

struct DescentResult {
  Objective objective;
  int iterations = 0;
  bool converged = false;  ///< neither stopped by the observer nor by the iterations allowed
  bool interrupted = false;
};

/// Descends on the deterministic objective from `network` by L-BFGS of memory 20 (Nocedal and
/// Wright 2006, algorithm 7.5) with a line search by the strong conditions of Wolfe.
DescentResult descend(const LinearData& data, const Noise& noise, const DescentOptions& options,
                      LinearNetwork& network);

/// Normally distributed layers with about the size that fits the data: ||M||_F near ||Y||_F / 2.
LinearNetwork random_network(const LinearData& data, const std::vector<Index>& widths,
                             std::uint64_t seed);

}  // namespace hadal::dropout
