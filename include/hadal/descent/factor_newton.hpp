#pragma once

#include "hadal/atom/rank_one.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Newton's method on the factors of a rank-one model with a quadratic loss: the Newton system is
/// solved by conjugate gradients with the two-level preconditioner to an accuracy that tightens as
/// the decrement falls, the step length minimises F along the direction exactly (a quartic), and
/// atoms whose removal lowers F are dropped on the way. The tail converges superlinearly, which
/// alternating methods do not. Work per conjugate gradient step: about two passes over the data
/// with 2 r numbers an entry, plus 8 (rows + columns) r^2 flops.
class FactorNewton {
 public:
  /// Precondition: none on the atoms; they are balanced on return. F never rises.
  template <QuadraticLoss L>
  DescentReport descend(const L& loss, const RankOneFamily& family, double lambda,
                        RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                        const DescentGoal& goal) const;
};

}  // namespace hadal
