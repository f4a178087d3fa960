#include "hadal/descent/factor_newton.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/certify/lanczos.hpp"
#include "hadal/descent/quartic.hpp"
#include "hadal/descent/two_level.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/squared.hpp"
#include "newton_system.hpp"

namespace hadal {
namespace {

/// D_r U and D_c V; the factors themselves, uncopied, where there is no scaling.
class Scaled {
 public:
  Scaled(const RankOneFamily& family, const RankOneAtoms& atoms) : atoms_(&atoms) {
    if (family.row_scale().size() + family.column_scale().size() == 0) return;
    own_ = atoms;
    family.scale_rows(own_.u);
    family.scale_columns(own_.v);
    atoms_ = &own_;
  }
  Scaled(const Scaled&) = delete;
  Scaled& operator=(const Scaled&) = delete;
  const RankOneAtoms& operator*() const { return *atoms_; }
  const RankOneAtoms* operator->() const { return atoms_; }

 private:
  RankOneAtoms own_;
  const RankOneAtoms* atoms_;
};

/// The current iterate with everything evaluated at it.
template <QuadraticLoss L>
class Iterate {
 public:
  Iterate(const L& loss, const RankOneFamily& family, double lambda, RankOneAtoms& atoms)
      : loss_(loss), family_(family), lambda_(lambda), atoms_(atoms) {
    evaluate();
  }

  double objective() const { return objective_; }
  const Vector& residual() const { return residual_; }

  /// Balanced factors of the same U V^T; the penalty can only fall.
  void balance() {
    family_.compress(atoms_);
    evaluate();
  }

  /// -grad F with respect to the factors.
  Pair negative_gradient() const {
    const Scaled at(family_, atoms_);
    Pair g;
    apply(family_.pattern(), residual_, at->v, g.u);
    apply_transpose(family_.pattern(), residual_, at->u, g.v);
    family_.scale_rows(g.u);
    family_.scale_columns(g.v);
    g.u -= lambda_ * atoms_.u;
    g.v -= lambda_ * atoms_.v;
    return g;
  }

  /// Drops the atoms whose removal lowers F. Removing the balanced atom i of value sigma, with
  /// collected = u_i^T R v_i, changes F by collected - lambda sigma + sigma^2 h_ii / 2 at most (h:
  /// the data's curvature, see TwoLevelPreconditioner). Returns whether any went.
  bool drop_useless(const Pair& gradient, const Vector& curvature) {
    std::vector<Index> kept;
    for (Index c = 0; c < atoms_.size(); ++c) {
      const double sigma = atoms_.u.col(c).norm() * atoms_.v.col(c).norm();
      // u^T (R v - lambda u) = collected - lambda sigma for a balanced atom.
      const double change =
          gradient.u.col(c).dot(atoms_.u.col(c)) + sigma * sigma * curvature[c] / 2;
      if (!(change < 0)) kept.push_back(c);
    }
    if (static_cast<Index>(kept.size()) == atoms_.size()) return false;
    const RankOneAtoms before = atoms_;
    const double objective_before = objective_;
    atoms_.u = Factor(before.u(Eigen::all, kept));
    atoms_.v = Factor(before.v(Eigen::all, kept));
    evaluate();
    if (objective_ <= objective_before) return true;
    atoms_ = before;  // several at once overlapped: leave them to the descent
    evaluate();
    return false;
  }

  /// Moves along the direction by the exact minimiser of F on the line and returns the step length;
  /// 0, and stays, when F cannot be lowered in double precision.
  double move(const Pair& direction) {
    const Quartic quartic = along(direction);
    const double t = minimise_along(quartic);
    if (t == 0) return 0;
    const RankOneAtoms before = atoms_;
    const double objective_before = objective_;
    atoms_.u += t * direction.u;
    atoms_.v += t * direction.v;
    evaluate();
    if (objective_ < objective_before) return t;
    // Below the rounding of F itself the computed change of F says more than the difference of two
    // values: near the solution steps of that size still improve the gradient.
    if (objective_ <= objective_before * (1 + 1e-14) && quartic.at(t) < 0) return t;
    atoms_ = before;
    evaluate();
    return 0;
  }

 private:
  void evaluate() {
    family_.predict(atoms_, residual_);
    objective_ = loss_.evaluate(residual_, residual_) + lambda_ * family_.penalty(atoms_);
  }

  /// F along U + t dU, V + t dV: Z + t z1 + t^2 z2, exactly quartic for a quadratic loss.
  Quartic along(const Pair& d) const {
    const LineSums sums = sums_along(d);
    const double cross = hadal::inner(atoms_.u, d.u) + hadal::inner(atoms_.v, d.v);
    Quartic f;
    f.a1 = -sums.e1 + lambda_ * cross;
    f.a2 = sums.w11 / 2 - sums.e2 + lambda_ * inner(d, d) / 2;
    f.a3 = sums.w12;
    f.a4 = std::max(0.0, sums.w22 / 2);
    return f;
  }

  LineSums sums_along(const Pair& d) const {
    const Scaled at(family_, atoms_), step(family_, d);
    if constexpr (L::hessian_is_diagonal) {
      return line_sums(family_.pattern(), at->u, at->v, step->u, step->v, residual_,
                       loss_.weight());
    } else {
      Vector z1, z2, other;
      sampled_product(family_.pattern(), at->u, step->v, z1);
      sampled_product(family_.pattern(), step->u, at->v, other);
      z1 += other;
      sampled_product(family_.pattern(), step->u, step->v, z2);
      Vector h1 = z1, h2 = z2;
      loss_.apply_hessian(h1);
      loss_.apply_hessian(h2);
      return {residual_.dot(z1), residual_.dot(z2), h1.dot(z1), h1.dot(z2), h2.dot(z2)};
    }
  }

  const L& loss_;
  const RankOneFamily& family_;
  double lambda_;
  RankOneAtoms& atoms_;
  Vector residual_;
  double objective_ = 0;
};

/// The part of the residual that the Hessian may keep and stay positive definite:
/// [lambda I, -c R; -c R^T, lambda I] is semidefinite for c = lambda / ||R||. Far from the
/// solution, where ||R|| > lambda, the step is between those of Gauss and of Newton; at the
/// solution c = 1.
/// ||R|| is known to a few per cent, from below: the conjugate gradients still look at the sign.
double definite_coupling(const RankOneFamily& family, const Vector& residual, double lambda) {
  const ObservedPattern& p = family.pattern();
  const Vector own = family.row_scale().size() ? family.scaled(residual) : Vector();
  const Vector& q = family.row_scale().size() ? own : residual;
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

template <QuadraticLoss L>
bool reducible(const RankOneFamily& family, Index r) {
  if constexpr (!L::hessian_is_diagonal) return false;
  return !family.pattern().full() && SchurComplement::bytes(family.pattern(), r) <= block_bytes_max;
}

/// The direction by the form of the system that suits the problem.
template <QuadraticLoss L>
SinglePair newton_direction(const L& loss, const NewtonInput& in, double eta,
                            const DescentGoal& goal, DescentReport& report) {
  int steps = 0;
  SinglePair direction;
  const auto solve = [&](const auto& system) {
    direction = system.solve(eta, goal.cancelled, steps);
    report.passes += system.passes * (steps + 2);
  };
  if (reducible<L>(in.family, in.scaled.size())) {
    solve(ReducedSystem(in, loss.weight()));
  } else {
    solve(JointSystem<L>(in, loss));
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

template <QuadraticLoss L>
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
    const TwoLevelPreconditioner preconditioner(family, loss.weight(), atoms, outside.atoms,
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
    const Scaled scaled(family, atoms);
    const SinglePair d = newton_direction(
        loss, {family, *scaled, iterate.residual(), preconditioner, small, ridge, coupling}, eta,
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

template DescentReport FactorNewton::descend(const SquaredLoss&, const RankOneFamily&, double,
                                             RankOneAtoms&, const Outside<RankOneAtoms>&,
                                             const DescentGoal&) const;
template DescentReport FactorNewton::descend(const FreeOffsetLoss&, const RankOneFamily&, double,
                                             RankOneAtoms&, const Outside<RankOneAtoms>&,
                                             const DescentGoal&) const;

}  // namespace hadal
