#pragma once

#include <vector>

#include "hadal/descent/unit_descent.hpp"

namespace hadal {

/// The steps that UnitDescent is made of. None raises the objective.
class UnitSteps {
 public:
  UnitSteps(const LossFunction& loss, const HiddenUnitFamily& family, double lambda)
      : loss_(loss), family_(family), lambda_(lambda) {}

  double objective(const HiddenUnits& units);
  /// Precondition: balanced units, none zero.
  void all_weights(HiddenUnits& units, const DescentGoal& goal);
  /// For two slopes: moves every u_j to the nearest top of what it collects from the residual,
  /// where that is near, then moves all weights together, every u_j staying at the kinks that it is
  /// at. There the objective is smooth, and the quasi-Newton method converges fast.
  void polish(HiddenUnits& units, const DescentGoal& goal);
  /// Minimises over v, u being kept: loss(H V^T) + lambda sum ||u_j||^a ||v_j||.
  void output_weights(HiddenUnits& units);

  double passes() const { return passes_; }

 private:
  /// held: orthonormal columns for each unit, to which u_j stays orthogonal; or none.
  void quasi_newton(HiddenUnits& units, const std::vector<Matrix>& held, const DescentGoal& goal);
  std::vector<Matrix> kinks_of(const HiddenUnits& units) const;
  void proximal_inputs(HiddenUnits& units, const DescentGoal& goal);

  const LossFunction& loss_;
  const HiddenUnitFamily& family_;
  double lambda_;
  double passes_ = 0;
  double output_curvature_ = 1, input_curvature_ = 1;  ///< of the last accepted steps
};

}  // namespace hadal
