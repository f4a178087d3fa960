#include "hadal/loss/separable.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr Index block = 1024;

/// Sum over entries of term(k), by blocks that are shared out among threads and added in order: the
/// result does not depend on their number, and no number goes through more than block + count /
/// block additions.
template <class Sum, class Term>
Sum sum_in_blocks(Index count, const Term& term) {
  std::vector<Sum> sums(static_cast<std::size_t>((count + block - 1) / block));
#pragma omp parallel for schedule(static)
  for (std::size_t b = 0; b < sums.size(); ++b) {
    const Index begin = static_cast<Index>(b) * block, end = std::min(count, begin + block);
    Sum sum{};
    for (Index k = begin; k < end; ++k) sum += term(k);
    sums[b] = sum;
  }
  Sum total{};
  for (const Sum& sum : sums) total += sum;
  return total;
}

}  // namespace

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

/// Where D' vanishes, by false position (Illinois), or the end of the interval: at a solution D' >
/// 0 up to there.
template <EntryLoss E>
double SeparableLoss<E>::best_scale(const Vector& residual, double s_max) const {
  constexpr double accuracy = 1e-8;
  double high = s_max, high_slope = dual_slope(residual, high);
  if (!(high_slope < 0)) return s_max;
  double low = 0, low_slope = dual_slope(residual, 0);
  if (!(low_slope > 0)) return 0;
  bool was_low = false, was_high = false;
  double s = s_max / 2;  // D'(0) may be infinite
  for (int step = 0; step < 60 && high - low > accuracy * s_max; ++step) {
    const double slope = dual_slope(residual, s);
    if (slope == 0) break;
    const bool is_low = slope > 0;
    (is_low ? low : high) = s;
    (is_low ? low_slope : high_slope) = slope;
    // The end that stays twice counts half, or it would stay for ever.
    if (is_low && was_low) high_slope /= 2;
    if (!is_low && was_high) low_slope /= 2;
    was_low = is_low;
    was_high = !is_low;
    s = std::isfinite(low_slope) ? low + low_slope * (high - low) / (low_slope - high_slope)
                                 : (low + high) / 2;
  }
  return s;
}

template <EntryLoss E>
DualPoint SeparableLoss<E>::dual(const Vector& residual, double s_max) const {
  // R was rounded, relative 2^-52 at the most with its weight: this keeps s R in the domain of the
  // conjugate.
  s_max = std::min(s_max, 1 - 0x1p-51);
  DualPoint point;
  point.scale = best_scale(residual, s_max);
  const DualTerm sum = sum_in_blocks<DualTerm>(target_.size(), [&](Index k) {
    const long double weight = w(k);
    const DualTerm term = entry_.dual(residual[k] / weight, target_[k], point.scale);
    return DualTerm{weight * term.value, weight * term.magnitude, weight * term.error};
  });
  if (!(sum.value > 0)) return {};  // D(0) = 0 exactly
  point.value = static_cast<double>(sum.value);
  // A dozen operations an entry and the additions, relative 2^-64 each; the last rounding to
  // double; the factor 2 covers what is of second order.
  const double operations = static_cast<double>(block + target_.size() / block) + 16;
  point.rounding =
      2 * (operations * 0x1p-64 * static_cast<double>(sum.magnitude) +
           static_cast<double>(sum.error) + std::numeric_limits<double>::epsilon() * point.value);
  return point;
}

template class SeparableLoss<HuberEntry>;
template class SeparableLoss<LogisticEntry>;
template class SeparableLoss<PoissonEntry>;

}  // namespace hadal
