#pragma once

#include "hadal/atom/rank_one.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Newton's method on the factors of a rank-one model: the Newton system is solved by conjugate
/// gradients with the two-level preconditioner to an accuracy that tightens as the decrement falls,
/// and atoms whose removal lowers F are dropped on the way. The tail converges superlinearly, which
/// alternating methods do not. For a quadratic loss the step length minimises F along the direction
/// exactly (a quartic); for any other the system is that of the loss's curvature at the iterate,
/// and a line search on F itself finds the step. Where the loss is separable and entries are
/// missing, the factor of the longer side is eliminated (SchurComplement): a step then is one pass
/// over the data with about 10 r flops an entry. Otherwise it is two, plus 8 (rows + columns) r^2
/// flops. Far from the solution the residual's part of the Hessian is scaled down until it is
/// definite, and a short step raises a ridge for the next.
class FactorNewton {
 public:
  /// Precondition: none on the atoms; they are balanced on return. F never rises.
  template <Loss L>
  DescentReport descend(const L& loss, const RankOneFamily& family, double lambda,
                        RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                        const DescentGoal& goal) const;
};

}  // namespace hadal
