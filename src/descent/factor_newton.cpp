#include "hadal/descent/factor_newton.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/certify/lanczos.hpp"
#include "hadal/descent/two_level.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/loss/curved_offset.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "newton_iterate.hpp"
#include "newton_system.hpp"

namespace hadal {
namespace {

/// The part of the residual that the Hessian may keep and stay positive definite:
/// [lambda I, -c R; -c R^T, lambda I] is semidefinite for c = lambda / ||R||. Far from the
/// solution, where ||R|| > lambda, the step is between those of Gauss and of Newton; at the
/// solution c = 1.
/// ||R|| is known to a few per cent, from below: the conjugate gradients still look at the sign.
double definite_coupling(const RankOneFamily& family, const Vector& residual, double lambda) {
  const ObservedPattern& p = family.space().pattern();
  const Vector own = family.lifts() ? family.pull(residual) : Vector();
  const Vector& q = family.lifts() ? own : residual;
  const Vector by_column = in_column_order(p, q);
  const bool rows = p.rows() <= p.columns();
  Vector far;
  Lanczos lanczos(std::min(p.rows(), p.columns()), 1, [&](const Vector& x, Vector& y) {
    if (rows) {
      apply_transpose_by_column(p, by_column, x, far);
      apply(p, q, far, y);
    } else {
      apply(p, q, x, far);
      apply_transpose_by_column(p, by_column, far, y);
    }
  });
  lanczos.run_to(12);
  return std::min(1.0, lambda / std::sqrt(std::max(0.0, lanczos.ritz_values()[0])));
}

/// A short step says that the quadratic model holds less far than it was trusted, mostly in
/// directions almost without curvature: a larger ridge holds them back (Levenberg, Marquardt).
double next_damping(double damping, double step) {
  if (step < 0.3) return std::max(4 * damping, 0.03);
  if (step <= 0.6) return damping;
  return damping < 4e-3 ? 0 : damping / 4;
}

/// Beyond this the factorised blocks of the reduced system would be what fills the memory.
constexpr double block_bytes_max = 1e9;

template <LossHessian H>
bool reducible(const RankOneFamily& family, Index r) {
  if constexpr (!H::hessian_is_diagonal) return false;
  return family.space().plain() && !family.pattern().full() &&
         SchurComplement::bytes(family.pattern(), r) <= block_bytes_max;
}

/// The direction by the form of the system that suits the problem.
template <LossHessian H>
SinglePair newton_direction(const H& hessian, const NewtonInput& in, double eta,
                            const DescentGoal& goal, DescentReport& report) {
  int steps = 0;
  SinglePair direction;
  const auto solve = [&](const auto& system) {
    direction = system.solve(eta, goal.cancelled, steps);
    report.passes += system.passes * (steps + 2);
  };
  if (reducible<H>(in.family, in.lifted.size())) {
    solve(ReducedSystem(in, hessian.weight()));
  } else {
    solve(JointSystem<H>(in, hessian));
  }
  ++report.iterations;
  return direction;
}

/// g^T M^-1 g.
double decrement_of(const TwoLevelPreconditioner& preconditioner, const SinglePair& g) {
  SinglePair z;
  preconditioner.apply(g.u, g.v, z.u, z.v);
  return inner(g, z);
}

}  // namespace

template <Loss L>
DescentReport FactorNewton::descend(const L& loss, const RankOneFamily& family, double lambda,
                                    RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                                    const DescentGoal& goal) const {
  DescentReport report;
  Iterate<L> iterate(loss, family, lambda, atoms);
  double first = 0, damping = 0;
  while (report.iterations < goal.iteration_max && !goal.cancelled()) {
    iterate.balance();
    report.passes += 1;
    if (atoms.size() == 0) {
      report.at_floor = true;
      break;
    }
    Pair g = iterate.negative_gradient();
    const double coupling = definite_coupling(family, iterate.residual(), lambda);
    const double ridge = lambda * (1 + damping);
    const auto& hessian = iterate.hessian();
    const TwoLevelPreconditioner preconditioner(family, hessian.weight(), atoms, outside.atoms,
                                                outside.collected, ridge, coupling / (1 + damping));
    report.passes += 4;
    if (iterate.drop_useless(g, preconditioner.own_curvature())) continue;

    const double unit = std::max(g.u.cwiseAbs().maxCoeff(), g.v.cwiseAbs().maxCoeff());
    if (unit == 0) {
      report.at_floor = true;
      break;
    }
    const SinglePair small{(g.u / unit).cast<float>(), (g.v / unit).cast<float>()};
    g = {};  // the Newton system needs the memory
    const double decrement = decrement_of(preconditioner, small) * unit * unit;
    if (first == 0) first = decrement;
    report.at_floor = !(decrement > goal.floor * std::abs(iterate.objective()));
    if (report.at_floor || (report.iterations > 0 && decrement <= goal.reduction * first)) break;

    const double eta = std::min(0.1, 0.3 * std::sqrt(std::sqrt(decrement / first)));
    const Lifted lifted(family, atoms);
    const SinglePair d = newton_direction(
        hessian, {family, *lifted, iterate.residual(), preconditioner, small, ridge, coupling}, eta,
        goal, report);
    const double t = iterate.move({unit * d.u.cast<double>(), unit * d.v.cast<double>()});
    if (t == 0) {
      report.at_floor = true;
      break;
    }
    damping = next_damping(damping, t);
  }
  iterate.balance();
  report.objective = iterate.objective();
  return report;
}

#define HADAL_DESCENT_ON(L)                                                                 \
  template DescentReport FactorNewton::descend(const L&, const RankOneFamily&, double,      \
                                               RankOneAtoms&, const Outside<RankOneAtoms>&, \
                                               const DescentGoal&) const
HADAL_DESCENT_ON(SquaredLoss);
HADAL_DESCENT_ON(FreeOffsetLoss);
HADAL_DESCENT_ON(HuberLoss);
HADAL_DESCENT_ON(LogisticLoss);
HADAL_DESCENT_ON(PoissonLoss);
HADAL_DESCENT_ON(CurvedOffsetLoss);
HADAL_DESCENT_ON(MultinomialLoss);
#undef HADAL_DESCENT_ON

}  // namespace hadal
