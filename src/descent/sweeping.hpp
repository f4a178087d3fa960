#pragma once

#include <algorithm>
#include <cmath>

#include "hadal/descent/descent.hpp"

namespace hadal {

/// Extrapolated sweeps (Nesterov's weights, restarted where F would rise) until the goal or
/// rounding is reached, then the merging of atoms that are alike. Sweeps offers objective(),
/// size(), rounding(), blocks() proximal steps a sweep and atom, sweep(beta, tolerance) returning
/// the decrease of F, merge_similar(tolerance) returning the sweeps made, and passes().
template <class Sweeps>
DescentReport run_sweeps(Sweeps& sweeps, const DescentGoal& goal) {
  constexpr int sweep_max = 2000, sweep_min = 5, idle_max = 3;
  DescentReport report;
  double first = 0, momentum = 1;
  double inexact = 1e-3 * sweeps.objective();  // what the steps of a sweep may leave undone
  const auto each = [&] { return inexact / static_cast<double>(sweeps.blocks() * sweeps.size()); };
  int idle = 0;
  while (report.iterations < sweep_max && sweeps.size() > 0 && !goal.cancelled()) {
    const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    const double beta = (momentum - 1) / next;
    const double decrease = sweeps.sweep(beta, each());
    ++report.iterations;
    momentum = decrease > 0 ? next : 1;
    inexact = std::min(inexact, 0.1 * std::max(decrease, 0.1 * inexact));
    if (decrease <= 0 && beta > 0) continue;
    first = std::max(first, decrease);
    const double floor = 1e-13 * sweeps.objective() + sweeps.rounding();
    idle = decrease <= floor && inexact <= floor ? idle + 1 : 0;
    report.at_floor = idle >= idle_max;
    if (report.at_floor) break;
    if (report.iterations >= sweep_min && decrease > 0 && decrease <= goal.reduction * first) break;
  }
  if (sweeps.size() > 0 && !goal.cancelled()) report.iterations += sweeps.merge_similar(each());
  report.at_floor = report.at_floor || sweeps.size() == 0;
  report.objective = sweeps.objective();
  report.passes = sweeps.passes();
  return report;
}

/// Merges pairs of atoms, pairs_of() most alike first, wherever merge(pair) lowers F, until four in
/// a row do not. Returns the attempts.
template <class PairsOf, class Merge>
int merge_pairs(const PairsOf& pairs_of, const Merge& merge) {
  constexpr std::size_t failures_max = 4;
  int attempts = 0;
  for (std::size_t failures = 0; failures < failures_max; ++attempts) {
    const auto pairs = pairs_of();
    if (failures >= pairs.size()) break;
    failures = merge(pairs[failures]) ? 0 : failures + 1;
  }
  return attempts;
}

}  // namespace hadal
