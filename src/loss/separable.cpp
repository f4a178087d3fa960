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
double SeparableLoss<E>::evaluate(const Vector& z, Vector& residual, Vector& second) const {
  residual.resize(target_.size());
  second.resize(target_.size());
  return sum_in_blocks<double>(target_.size(), [&](Index k) {
    const EntryPoint point = entry_.at(z[k], target_[k]);
    residual[k] = w(k) * point.force;
    second[k] = w(k) * point.curvature;
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
DualTerm SeparableLoss<E>::dual_sum(const Vector& residual, double s) const {
  return sum_in_blocks<DualTerm>(target_.size(), [&](Index k) {
    const long double weight = w(k);
    const DualTerm term = entry_.dual(residual[k] / weight, target_[k], s);
    return DualTerm{weight * term.value, weight * term.magnitude, weight * term.error};
  });
}

template <EntryLoss E>
Index SeparableLoss<E>::dual_additions() const {
  return sum_block + target_.size() / sum_block;
}

template <EntryLoss E>
DualPoint SeparableLoss<E>::dual(const Vector& residual, double s_max) const {
  const double scale = best_dual_scale([&](double s) { return dual_slope(residual, s); },
                                       std::min(s_max, scale_max));
  return dual_point(dual_sum(residual, scale), scale, dual_additions());
}

template class SeparableLoss<HuberEntry>;
template class SeparableLoss<LogisticEntry>;
template class SeparableLoss<PoissonEntry>;

}  // namespace hadal
