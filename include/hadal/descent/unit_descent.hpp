#pragma once

#include <functional>

#include "hadal/atom/hidden_unit.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Loss of a prediction; sets minus its gradient.
using LossFunction = std::function<double(const Vector& z, Vector& residual)>;

/// Local descent on hidden units. In turn:
///  - all weights together: with the product penalty a limited-memory quasi-Newton method on
///    loss + lambda sum (a ||u||^(a+1) + ||v||^(a+1)) / (a + 1), which touches the penalty at
///    balanced weights, with a weak Wolfe line search, which kinks do not stop (Lewis and Overton
///    2013); with the path penalty proximal gradient steps on u with extrapolation;
///  - output weights alone, a convex problem: accelerated proximal gradient steps with restarts
///    (O'Donoghue and Candes 2015), which make units that are not worth their penalty zero.
class UnitDescent {
 public:
  template <Loss L>
  DescentReport descend(const L& loss, const HiddenUnitFamily& family, double lambda,
                        HiddenUnits& units, const Outside<HiddenUnits>&,
                        const DescentGoal& goal) const {
    const LossFunction function = [&loss](const Vector& z, Vector& residual) {
      return loss.evaluate(z, residual);
    };
    return descend(function, family, lambda, units, goal);
  }

  DescentReport descend(const LossFunction& loss, const HiddenUnitFamily& family, double lambda,
                        HiddenUnits& units, const DescentGoal& goal) const;
};

}  // namespace hadal
