#pragma once

#include "hadal/loss/loss.hpp"

namespace hadal {

/// D(s) = s * linear - s^2 / 2 * quadratic, with what bounds its rounding error.
struct DualParabola {
  long double linear = 0, quadratic = 0;
  long double magnitude = 0;  ///< sum of the absolute values of all terms
  Index terms = 0;
  double quadratic_error = 0;  ///< bound on the error of `quadratic` from other sources
};

/// The maximum over s in [0, s_max].
DualPoint maximise(const DualParabola& parabola, double s_max);

/// Weighted squared loss, sum_k w_k (z_k - y_k)^2 / 2.
///
/// Its conjugate is sum_k a_k y_k + a_k^2 / (2 w_k), so that with R = -G = w .* (y - z)
/// D(s) = s <R, Y> - s^2 / 2 * sum_k R_k^2 / w_k, maximised in closed form.
class SquaredLoss {
 public:
  /// target: y. weight: w, all > 0, or empty for all ones. Throws ArgumentError on a size mismatch.
  explicit SquaredLoss(Vector target, Vector weight = {});

  double evaluate(const Vector& z, Vector& residual) const;
  DualPoint dual(const Vector& residual, double s_max) const;
  DualParabola parabola(const Vector& residual) const;

  static constexpr bool hessian_is_diagonal = true;
  void apply_hessian(Vector& s) const;
  const Vector& weight() const { return weight_; }
  const Vector& target() const { return target_; }

 private:
  Vector target_, weight_;
};

}  // namespace hadal
