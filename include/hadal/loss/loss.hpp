#pragma once

#include <concepts>

#include "hadal/loss/field.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A point of the dual segment { s G : 0 <= s <= s_max }.
struct DualPoint {
  double value = 0;  ///< D(s) = -conjugate(s G), a lower bound on min F once polar(-s G) <= lambda
  double scale = 0;  ///< s
  double rounding = 0;  ///< bound on the rounding error of `value`
};

/// A convex, differentiable loss of the prediction Z, a function on the observed entries.
template <class L>
concept Loss = requires(const L& loss, const FieldOf<L>& z, FieldOf<L>& residual, double s_max) {
  /// Returns loss(Z) and sets residual = -grad loss(Z); both may be the same object.
  { loss.evaluate(z, residual) } -> std::convertible_to<double>;
  /// Maximises D(s) over s in [0, s_max] for G = -residual.
  { loss.dual(residual, s_max) } -> std::same_as<DualPoint>;
};

/// The second derivative of a loss, at a point where it is not the same everywhere.
template <class H>
concept LossHessian = requires(const H& hessian, Vector& s) {
  /// s <- Hessian * s.
  hessian.apply_hessian(s);
  /// True when the Hessian is diag(weight()), all ones where weight() is empty.
  { H::hessian_is_diagonal } -> std::convertible_to<bool>;
  { hessian.weight() } -> std::same_as<const Vector&>;
};

/// A loss that is quadratic in Z: its Hessian does not depend on Z.
template <class L>
concept QuadraticLoss = Loss<L> && LossHessian<L>;

/// A loss that is a sum over entries and bends differently from point to point.
template <class L>
concept CurvedLoss = Loss<L> && requires(const L& loss, const Vector& z, Vector& curvature) {
  /// Sets curvature > 0 to the diagonal of the Hessian at Z, or to a little more where that is
  /// (almost) 0: local solvers divide by it. Where the Hessian is not diagonal: to a diagonal
  /// matrix that is at least the Hessian.
  loss.curvature(z, curvature);
};

/// One whose Hessian at a point is not diagonal.
template <class L>
concept CoupledLoss = CurvedLoss<L> && requires(const L& loss, const Vector& z) {
  { loss.hessian_at(z) } -> LossHessian;
};

}  // namespace hadal
