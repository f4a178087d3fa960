#pragma once

#include "hadal/fit/loss_values.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/model/loss_kind.hpp"

namespace hadal {

/// The loss that a kind names, one that is a sum over entries and not quadratic. threshold: of the
/// Huber loss, in the units of y.
template <class AnyLoss>
AnyLoss curved_loss_of_entries(LossKind kind, double threshold, Vector y, Vector weight) {
  if (kind == LossKind::huber) return HuberLoss({threshold}, std::move(y), std::move(weight));
  if (kind == LossKind::logistic) return LogisticLoss({}, signs_of(y), std::move(weight));
  return PoissonLoss({}, std::move(y), std::move(weight));
}

/// The same with the squared loss: any but the multinomial one.
template <class AnyLoss>
AnyLoss loss_of_entries(LossKind kind, double threshold, Vector y, Vector weight) {
  if (kind == LossKind::squared) return SquaredLoss(std::move(y), std::move(weight));
  return curved_loss_of_entries<AnyLoss>(kind, threshold, std::move(y), std::move(weight));
}

}  // namespace hadal
