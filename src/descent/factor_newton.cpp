#include "hadal/descent/factor_newton.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/descent/quartic.hpp"
#include "hadal/descent/two_level.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/kernel/tall.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/squared.hpp"

namespace hadal {
namespace {

/// A pair of factor-shaped arrays: a point, gradient or direction.
struct Pair {
  Factor u, v;
};

double inner(const Pair& a, const Pair& b) {
  return hadal::inner(a.u, b.u) + hadal::inner(a.v, b.v);
}

/// The same in single precision, in which the Newton system is solved; inner products are summed in
/// double.
struct SinglePair {
  SingleFactor u, v;
};

double inner(const SinglePair& a, const SinglePair& b) {
  return hadal::inner(a.u, b.u) + hadal::inner(a.v, b.v);
}

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
    Pair u_v{atoms_.u, atoms_.v}, g;
    family_.scale_rows(u_v.u);
    family_.scale_columns(u_v.v);
    apply(family_.pattern(), residual_, u_v.v, g.u);
    apply_transpose(family_.pattern(), residual_, u_v.u, g.v);
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

  /// Moves along the direction by the exact minimiser of F on the line. Returns false, and stays,
  /// when F cannot be lowered in double precision.
  bool move(const Pair& direction) {
    const Quartic quartic = along(direction);
    const double t = minimise_along(quartic);
    if (t == 0) return false;
    const RankOneAtoms before = atoms_;
    const double objective_before = objective_;
    atoms_.u += t * direction.u;
    atoms_.v += t * direction.v;
    evaluate();
    if (objective_ < objective_before) return true;
    // Below the rounding of F itself the computed change of F says more than the difference of two
    // values: near the solution steps of that size still improve the gradient.
    if (objective_ <= objective_before * (1 + 1e-14) && quartic.at(t) < 0) return true;
    atoms_ = before;
    evaluate();
    return false;
  }

 private:
  void evaluate() {
    family_.predict(atoms_, z_);
    objective_ = loss_.evaluate(z_, residual_) + lambda_ * family_.penalty(atoms_);
  }

  /// F along U + t dU, V + t dV: Z + t z1 + t^2 z2, exactly quartic for a quadratic loss.
  Quartic along(const Pair& d) const {
    const Index r = atoms_.size();
    Factor left(atoms_.u.rows(), 2 * r), right(atoms_.v.rows(), 2 * r);
    left << atoms_.u, d.u;
    right << d.v, atoms_.v;
    Vector z1, z2;
    family_.predict({left, right}, z1);
    family_.predict({d.u, d.v}, z2);
    Vector h1 = z1, h2 = z2;
    loss_.apply_hessian(h1);
    loss_.apply_hessian(h2);
    Quartic f;
    f.a1 =
        -residual_.dot(z1) + lambda_ * (hadal::inner(atoms_.u, d.u) + hadal::inner(atoms_.v, d.v));
    f.a2 = h1.dot(z1) / 2 - residual_.dot(z2) + lambda_ * inner(d, d) / 2;
    f.a3 = h1.dot(z2);
    f.a4 = std::max(0.0, h2.dot(z2) / 2);
    return f;
  }

  const L& loss_;
  const RankOneFamily& family_;
  double lambda_;
  RankOneAtoms& atoms_;
  Vector z_, residual_;
  double objective_ = 0;
};

/// Hessian of F at the atoms times a direction.
template <QuadraticLoss L>
class Hessian {
 public:
  Hessian(const L& loss, const RankOneFamily& family, double lambda, const RankOneAtoms& atoms,
          const Vector& residual)
      : loss_(loss),
        lambda_(static_cast<float>(lambda)),
        row_scale_(family.row_scale().cast<float>()),
        column_scale_(family.column_scale().cast<float>()),
        bilinear_(scaled(family, atoms, residual)) {}

  void operator()(const SinglePair& d, SinglePair& h) {
    if (row_scale_.size()) {
      const SingleFactor du = d.u.array().colwise() * row_scale_.array();
      const SingleFactor dv = d.v.array().colwise() * column_scale_.array();
      bilinear_(loss_, du, dv, h.u, h.v);
      h.u.array().colwise() *= row_scale_.array();
      h.v.array().colwise() *= column_scale_.array();
    } else {
      bilinear_(loss_, d.u, d.v, h.u, h.v);
    }
    combine(lambda_, d.u, 1.0F, h.u);
    combine(lambda_, d.v, 1.0F, h.v);
  }

 private:
  static BilinearHessian scaled(const RankOneFamily& family, RankOneAtoms atoms,
                                const Vector& residual) {
    family.scale_rows(atoms.u);
    family.scale_columns(atoms.v);
    return BilinearHessian(family.pattern(), atoms.u, atoms.v, residual);
  }

  const L& loss_;
  float lambda_;
  SingleVector row_scale_, column_scale_;
  BilinearHessian bilinear_;
};

/// Preconditioned conjugate gradients on H d = g, stopped at relative accuracy eta or at the first
/// direction of non-positive curvature (Steihaug 1983, without a radius: the line search bounds the
/// step). `start` is M^-1 g.
template <class H>
SinglePair newton_direction(H& hessian, const TwoLevelPreconditioner& preconditioner, SinglePair g,
                            const SinglePair& start, double eta, const DescentGoal& goal,
                            int& steps) {
  constexpr int step_max = 500;
  SinglePair d{SingleFactor::Zero(g.u.rows(), g.u.cols()),
               SingleFactor::Zero(g.v.rows(), g.v.cols())};
  SinglePair p = start, z, h;
  double gz = inner(g, start);
  const double target = eta * eta * gz;
  for (steps = 0; steps < step_max && gz > target && !goal.cancelled(); ++steps) {
    hessian(p, h);
    const double curvature = inner(p, h);
    const double size = preconditioner.size(p.u, p.v);
    // Single precision knows the curvature to about 1e-7 of the direction's size.
    if (!(curvature > 1e-6 * size)) return steps == 0 ? p : d;
    const float a = static_cast<float>(gz / curvature);
    combine(a, p.u, 1.0F, d.u);
    combine(a, p.v, 1.0F, d.v);
    combine(-a, h.u, 1.0F, g.u);
    combine(-a, h.v, 1.0F, g.v);
    preconditioner.apply(g.u, g.v, z.u, z.v);
    const double next = inner(g, z);
    const float b = static_cast<float>(next / gz);
    gz = next;
    combine(1.0F, z.u, b, p.u);
    combine(1.0F, z.v, b, p.v);
  }
  return d;
}

}  // namespace

template <QuadraticLoss L>
DescentReport FactorNewton::descend(const L& loss, const RankOneFamily& family, double lambda,
                                    RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                                    const DescentGoal& goal) const {
  DescentReport report;
  Iterate<L> iterate(loss, family, lambda, atoms);
  double first = 0;
  while (report.iterations < goal.iteration_max && !goal.cancelled()) {
    iterate.balance();
    report.passes += 1;
    if (atoms.size() == 0) {
      report.at_floor = true;
      break;
    }
    const Pair g = iterate.negative_gradient();
    const TwoLevelPreconditioner preconditioner(family, loss.weight(), atoms, outside.atoms,
                                                outside.collected, lambda);
    report.passes += 4;
    if (iterate.drop_useless(g, preconditioner.own_curvature())) continue;

    // Scaled to unit size, so that squares stay within the range of single precision.
    const double unit = std::max(g.u.cwiseAbs().maxCoeff(), g.v.cwiseAbs().maxCoeff());
    if (unit == 0) {
      report.at_floor = true;
      break;
    }
    const SinglePair small{(g.u / unit).cast<float>(), (g.v / unit).cast<float>()};
    SinglePair z;
    preconditioner.apply(small.u, small.v, z.u, z.v);
    const double decrement = inner(small, z) * unit * unit;
    if (first == 0) first = decrement;
    report.at_floor = !(decrement > goal.floor * std::abs(iterate.objective()));
    if (report.at_floor || (report.iterations > 0 && decrement <= goal.reduction * first)) break;

    const double eta = std::min(0.1, 0.3 * std::sqrt(std::sqrt(decrement / first)));
    Hessian<L> hessian(loss, family, lambda, atoms, iterate.residual());
    int steps = 0;
    const SinglePair d = newton_direction(hessian, preconditioner, small, z, eta, goal, steps);
    report.passes += 2 * (steps + 2);
    ++report.iterations;
    if (!iterate.move({unit * d.u.cast<double>(), unit * d.v.cast<double>()})) {
      report.at_floor = true;
      break;
    }
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
