#include "hadal/loss/separable.hpp"

#include <algorithm>
#include <string>

#include "dual_sums.hpp"
#include "hadal/error.hpp"

namespace hadal {

template <EntryLoss E>
SeparableLoss<E>::SeparableLoss(E entry, Vector target, Vector weight)
    : entry_(entry), target_(std::move(target)), weight_(std::move(weight)) {
  if (weight_.size() != 0 && weight_.size() != target_.size()) {
    throw ArgumentError("loss: " + std::to_string(weight_.size()) + " weights for " +
                        std::to_string(target_.size()) + " entries; expected as many, or none");
  }
}

template <EntryLoss E>
double SeparableLoss<E>::evaluate(const Vector& z, Vector& residual) const {
  residual.resize(target_.size());
  return sum_in_blocks<double>(target_.size(), [&](Index k) {
    const EntryPoint point = entry_.at(z[k], target_[k]);
    residual[k] = w(k) * point.force;
    return w(k) * point.value;
  });
}

template <EntryLoss E>
void SeparableLoss<E>::curvature(const Vector& z, Vector& curvature) const {
  curvature.resize(target_.size());
#pragma omp parallel for schedule(static)
  for (Index k = 0; k < z.size(); ++k)
    curvature[k] = w(k) * std::max(E::least_curvature, entry_.at(z[k], target_[k]).curvature);
}

template <EntryLoss E>
double SeparableLoss<E>::dual_slope(const Vector& residual, double s) const {
  return sum_in_blocks<double>(target_.size(), [&](Index k) {
    return w(k) * entry_.dual_slope(residual[k] / w(k), target_[k], s);
  });
}

template <EntryLoss E>
DualPoint SeparableLoss<E>::dual(const Vector& residual, double s_max) const {
  // R was rounded, relative 2^-52 at the most with its weight: this keeps s R in the domain of the
  // conjugate.
  s_max = std::min(s_max, 1 - 0x1p-51);
  const double scale = best_dual_scale([&](double s) { return dual_slope(residual, s); }, s_max);
  const DualTerm sum = sum_in_blocks<DualTerm>(target_.size(), [&](Index k) {
    const long double weight = w(k);
    const DualTerm term = entry_.dual(residual[k] / weight, target_[k], scale);
    return DualTerm{weight * term.value, weight * term.magnitude, weight * term.error};
  });
  return dual_point(sum, scale, sum_block + target_.size() / sum_block);
}

template class SeparableLoss<HuberEntry>;
template class SeparableLoss<LogisticEntry>;
template class SeparableLoss<PoissonEntry>;

}  // namespace hadal
