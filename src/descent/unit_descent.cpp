#include "hadal/descent/unit_descent.hpp"

#include <algorithm>
#include <cmath>

#include "quasi_newton.hpp"
#include "unit_steps.hpp"

namespace hadal {

DescentReport UnitDescent::descend(const LossFunction& loss, const HiddenUnitFamily& family,
                                   double lambda, HiddenUnits& units,
                                   const DescentGoal& goal) const {
  DescentReport report;
  UnitSteps steps(loss, family, lambda);
  family.compress(units);
  double objective = steps.objective(units);
  const double start = objective;
  double first = 0;
  constexpr int rounds_max = 4;
  for (int round = 0; round < rounds_max && !goal.cancelled(); ++round) {
    const double before = objective;
    const auto take = [&](HiddenUnits moved) {
      steps.output_weights(moved);
      family.compress(moved);
      const double reached = steps.objective(moved);
      if (!(reached < objective)) return;
      units = std::move(moved);
      objective = reached;
    };
    HiddenUnits moved = units;
    steps.all_weights(moved, goal);
    take(std::move(moved));
    if (family.sits_at_kinks()) {
      moved = units;
      steps.polish(moved, goal);
      take(std::move(moved));
    }
    ++report.iterations;
    const double fall = before - objective;
    report.at_floor = !(fall > 1e-14 * std::abs(objective));
    if (round == 0) first = fall;
    if (report.at_floor || fall <= goal.reduction * std::max(first, start - objective)) break;
  }
  report.passes = steps.passes();
  report.objective = objective;
  return report;
}

}  // namespace hadal
