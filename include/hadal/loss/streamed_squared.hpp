#pragma once

#include "hadal/kernel/centred_rows.hpp"
#include "hadal/loss/squared.hpp"

namespace hadal {

/// A function on all entries of a matrix that is never stored: the prediction Z = U V^T, or with
/// its sums the residual R = Y - U V^T.
struct LowRankField {
  Factor u, v;
  ResidualSums sums;
};

/// SquaredLoss of a fully observed matrix that is read anew in every pass, without weights:
/// ||Z - Y||^2 / 2.
class StreamedSquaredLoss {
 public:
  using Field = LowRankField;

  /// The data must outlive the loss.
  explicit StreamedSquaredLoss(const CentredRows& target);

  double evaluate(const Field& z, Field& residual) const;
  DualPoint dual(const Field& residual, double s_max) const;

  const CentredRows& target() const { return target_; }
  double half_square() const { return half_square_; }  ///< ||Y||^2 / 2

 private:
  const CentredRows& target_;
  double half_square_ = 0;
};

/// ||dZ||^2.
double curvature_along(const StreamedSquaredLoss& loss, const LowRankField& dz);

}  // namespace hadal
