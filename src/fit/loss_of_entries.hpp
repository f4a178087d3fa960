#pragma once

#include "hadal/fit/loss_values.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/model/loss_kind.hpp"

namespace hadal {

/// The loss that a kind names, one that is a sum over entries: any but the multinomial one.
/// threshold: of the Huber loss, in the units of y.
template <class AnyLoss>
AnyLoss loss_of_entries(LossKind kind, double threshold, Vector y, Vector weight) {
  switch (kind) {
    case LossKind::huber:
      return HuberLoss({threshold}, std::move(y), std::move(weight));
    case LossKind::logistic:
      return LogisticLoss({}, signs_of(y), std::move(weight));
    case LossKind::poisson:
      return PoissonLoss({}, std::move(y), std::move(weight));
    default:
      return SquaredLoss(std::move(y), std::move(weight));
  }
}

}  // namespace hadal
