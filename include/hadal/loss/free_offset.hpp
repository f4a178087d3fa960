#pragma once

#include "hadal/loss/offset_map.hpp"
#include "hadal/loss/squared.hpp"

namespace hadal {

/// Squared loss with free offsets b minimised out:
///   loss(Z) = min over b of sum w (y - z - (B b))^2 / 2 + ridge / 2 ||b||^2,
/// where (B b)_ij = global + row_i + column_j. It is convex and quadratic in Z, its gradient is
/// that of the squared loss at the optimal b, and its conjugate gains ||B^T A||^2 / (2 ridge).
class FreeOffsetLoss {
 public:
  /// Throws ArgumentError unless ridge > 0. The pattern must outlive the loss.
  FreeOffsetLoss(const ObservedPattern& pattern, SquaredLoss base, bool rows, bool columns,
                 double ridge);

  double evaluate(const Vector& z, Vector& residual) const;
  DualPoint dual(const Vector& residual, double s_max) const;

  static constexpr bool hessian_is_diagonal = false;
  void apply_hessian(Vector& s) const { normal_.apply_reduced(s); }
  const Vector& weight() const { return base_.weight(); }
  const Vector& target() const { return base_.target(); }

  /// The offsets that minimise the loss at z.
  OffsetValues offsets_at(const Vector& z) const;

 private:
  Vector fit_offsets(Vector e) const;  // argmin over b of sum w (e - B b)^2 / 2 + ridge / 2 ||b||^2

  OffsetMap map_;
  SquaredLoss base_;
  double ridge_;
  OffsetNormal normal_;
};

}  // namespace hadal
