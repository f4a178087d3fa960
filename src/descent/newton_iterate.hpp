#pragma once

#include <algorithm>
#include <vector>

#include "factor_pair.hpp"
#include "hadal/atom/rank_one.hpp"
#include "hadal/descent/line_search.hpp"
#include "hadal/descent/quartic.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// D_r U and D_c V, or A U and B V; the factors themselves, uncopied, where they predict.
class Lifted {
 public:
  Lifted(const RankOneFamily& family, const RankOneAtoms& atoms) : atoms_(&atoms) {
    if (!family.lifts()) return;
    own_ = atoms;
    family.lift_rows(own_.u);
    family.lift_columns(own_.v);
    atoms_ = &own_;
  }
  Lifted(const Lifted&) = delete;
  Lifted& operator=(const Lifted&) = delete;
  const RankOneAtoms& operator*() const { return *atoms_; }
  const RankOneAtoms* operator->() const { return atoms_; }

 private:
  RankOneAtoms own_;
  const RankOneAtoms* atoms_;
};

/// The diagonal Hessian of a loss at one point.
class DiagonalHessian {
 public:
  template <CurvedLoss L>
  DiagonalHessian(const L& loss, const Vector& z) {
    loss.curvature(z, weight_);
  }
  static constexpr bool hessian_is_diagonal = true;
  void apply_hessian(Vector& s) const { s.array() *= weight_.array(); }
  const Vector& weight() const { return weight_; }

 private:
  Vector weight_;
};

/// The current iterate with everything evaluated at it.
template <Loss L>
class Iterate {
 public:
  Iterate(const L& loss, const RankOneFamily& family, double lambda, RankOneAtoms& atoms)
      : loss_(loss), family_(family), lambda_(lambda), atoms_(atoms) {
    evaluate();
  }

  double objective() const { return objective_; }
  const Vector& residual() const { return residual_; }

  /// The Hessian of the loss here: the loss itself where that is quadratic.
  decltype(auto) hessian() const {
    if constexpr (QuadraticLoss<L>) {
      return static_cast<const L&>(loss_);
    } else if constexpr (CoupledLoss<L>) {
      return loss_.hessian_at(z_);
    } else {
      return DiagonalHessian(loss_, z_);
    }
  }

  /// Balanced factors of the same U V^T; the penalty can only fall.
  void balance() {
    family_.compress(atoms_);
    evaluate();
  }

  /// -grad F with respect to the factors.
  Pair negative_gradient() const {
    const Lifted at(family_, atoms_);
    Pair g;
    apply(family_.pattern(), residual_, at->v, g.u);
    apply_transpose(family_.pattern(), residual_, at->u, g.v);
    family_.pull_rows(g.u);
    family_.pull_columns(g.v);
    g.u -= lambda_ * atoms_.u;
    g.v -= lambda_ * atoms_.v;
    return g;
  }

  /// Drops the atoms whose removal lowers F. Removing the balanced atom i of value sigma, with
  /// collected = u_i^T R v_i, changes F by collected - lambda sigma + sigma^2 h_ii / 2 at most (h:
  /// the data's curvature, see TwoLevelPreconditioner; of a loss that is not quadratic, by about
  /// that). Returns whether any went.
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

  /// Moves along the direction to where F is least on the line (exactly so for a quadratic loss)
  /// and returns the step length; 0, and stays, when F cannot be lowered in double precision.
  double move(const Pair& direction) {
    const double t = step_along(direction);
    if (t == 0) return 0;
    const RankOneAtoms before = atoms_;
    const double objective_before = objective_;
    atoms_.u += t * direction.u;
    atoms_.v += t * direction.v;
    evaluate();
    // Below the rounding of F itself what the line search knows of the change says more than the
    // difference of two values: near the solution steps of that size still improve the gradient.
    if (objective_ <= objective_before * (1 + 1e-14)) return t;
    atoms_ = before;
    evaluate();
    return 0;
  }

 private:
  void evaluate() {
    if constexpr (QuadraticLoss<L>) {
      family_.predict(atoms_, residual_);
      objective_ = loss_.evaluate(residual_, residual_);
    } else {
      family_.predict(atoms_, z_);
      objective_ = loss_.evaluate(z_, residual_);
    }
    objective_ += lambda_ * family_.penalty(atoms_);
  }

  double step_along(const Pair& direction) const {
    if constexpr (QuadraticLoss<L>) {
      return minimise_along(along(direction));
    } else {
      return search(direction);
    }
  }

  /// F along U + t dU, V + t dV, on which Z moves by t z1 + t^2 z2: exactly quartic for a quadratic
  /// loss.
  Quartic along(const Pair& d) const {
    const LineSums sums = sums_along(d);
    Quartic f;
    f.a1 = -sums.e1 + lambda_ * inner(atoms_, d);
    f.a2 = sums.w11 / 2 - sums.e2 + lambda_ * inner(d, d) / 2;
    f.a3 = sums.w12;
    f.a4 = std::max(0.0, sums.w22 / 2);
    return f;
  }

  LineSums sums_along(const Pair& d) const {
    if constexpr (L::hessian_is_diagonal) {
      const Lifted at(family_, atoms_), step(family_, d);
      return line_sums(family_.pattern(), at->u, at->v, step->u, step->v, residual_,
                       loss_.weight());
    } else {
      const auto [z1, z2] = changes_along(d);
      Vector h1 = z1, h2 = z2;
      loss_.apply_hessian(h1);
      loss_.apply_hessian(h2);
      return {residual_.dot(z1), residual_.dot(z2), h1.dot(z1), h1.dot(z2), h2.dot(z2)};
    }
  }

  /// The step of a line search on F itself, values and slopes.
  double search(const Pair& d) const {
    const auto changes = changes_along(d);
    const Vector &z1 = changes.first, &z2 = changes.second;
    const double at = inner(atoms_, atoms_), cross = inner(atoms_, d), square = inner(d, d);
    Vector r(z1.size());
    const auto slope = [&](double t, const Vector& residual) {
      return lambda_ * (cross + t * square) - residual.dot(z1) - 2 * t * residual.dot(z2);
    };
    const auto f = [&](double t) {
      r = z_ + t * z1 + (t * t) * z2;
      const double value = loss_.evaluate(r, r) + lambda_ * (at + t * (2 * cross + t * square)) / 2;
      return LinePoint{t, value, slope(t, r)};
    };
    return search_along(f, {0, objective_, slope(0, residual_)}).t;
  }

  /// z1 = u dv^T + du v^T and z2 = du dv^T, lifted.
  std::pair<Vector, Vector> changes_along(const Pair& d) const {
    const Lifted at(family_, atoms_), step(family_, d);
    Vector z1, z2, other;
    sampled_product(family_.pattern(), at->u, step->v, z1);
    sampled_product(family_.pattern(), step->u, at->v, other);
    z1 += other;
    sampled_product(family_.pattern(), step->u, step->v, z2);
    return {std::move(z1), std::move(z2)};
  }

  const L& loss_;
  const RankOneFamily& family_;
  double lambda_;
  RankOneAtoms& atoms_;
  Vector residual_;
  Vector z_;  ///< of losses that are not quadratic
  double objective_ = 0;
};

}  // namespace hadal
