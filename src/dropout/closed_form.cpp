#include "hadal/dropout/closed_form.hpp"

#include <algorithm>

namespace hadal::dropout {

InducedPenalty induced_penalty(const std::vector<Index>& widths, const Noise& noise) {
  InducedPenalty penalty;
  penalty.block = noise.block;
  penalty.rank_max = *std::ranges::min_element(widths);
  // prod (1 + x_l) - 1 without the cancellation of writing it so.
  for (const Index width : widths) {
    const double one =
        noise.variance() * static_cast<double>(noise.block) / static_cast<double>(width);
    penalty.strength += one + penalty.strength * one;
  }
  return penalty;
}

double penalty_of(const InducedPenalty& penalty, const Vector& singular_values) {
  return penalty.strength * squared_support_norm(singular_values, penalty.block);
}

Index deciding(const InducedPenalty& penalty, const Vector& found) {
  const Index most = std::min(penalty.rank_max, found.size());
  const Index support = shrink(found.head(most), penalty.strength, penalty.block).support;
  // All of them are kept: the next may be as well.
  return support == found.size() && support < penalty.rank_max ? support + 1 : support;
}

Spectrum shrunk(const InducedPenalty& penalty, const SingularTriplets& target) {
  constexpr double rounding = 1e-14;
  const Index most = std::min(penalty.rank_max, target.size());
  const SupportShrinkage result = shrink(target.values.head(most), penalty.strength, penalty.block);
  const double least = most > 0 ? rounding * target.values[0] : 0.0;
  const Index rank = (result.values.array() > least).count();
  return {result.values.head(rank), target.left.leftCols(rank), target.right.leftCols(rank)};
}

}  // namespace hadal::dropout
