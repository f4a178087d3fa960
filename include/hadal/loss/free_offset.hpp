#pragma once

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/loss/squared.hpp"

namespace hadal {

/// Offsets of a matrix: global + row[i] + column[j]; absent parts are empty.
struct OffsetValues {
  double global = 0;
  Vector row, column;
};

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
  void apply_hessian(Vector& s) const;
  const Vector& weight() const { return base_.weight(); }
  const Vector& target() const { return base_.target(); }

  /// The offsets that minimise the loss at z.
  OffsetValues offsets_at(const Vector& z) const;

 private:
  /// argmin over b of sum w (e - B b)^2 / 2 + ridge / 2 ||b||^2, by conjugate gradients with
  /// diagonal preconditioning on the (1 + rows + columns) normal equations.
  Vector fit_offsets(const Vector& e) const;
  void subtract(const Vector& b, Vector& e) const;   // e -= B b
  void gather(const Vector& q, Vector& sums) const;  // sums = B^T q

  const ObservedPattern& pattern_;
  SquaredLoss base_;
  bool rows_, columns_;
  double ridge_;
  Vector diagonal_;  // of B^T W B + ridge I
};

}  // namespace hadal
