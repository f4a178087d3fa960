#include "hadal/norm/combined_norm.hpp"

#include <algorithm>

namespace hadal {

FactorNorm combined_norm(const std::vector<FactorNorm>& norms) {
  if (norms.size() == 1) return norms.front();
  FactorNorm combined;
  double both = 1;
  combined.l1 = 1;
  combined.nonnegative = true;
  for (const FactorNorm& norm : norms) {
    combined.l1 *= norm.l1;
    both *= norm.l1 + norm.l2;
    combined.nonnegative = combined.nonnegative && norm.nonnegative;
  }
  // Two roundings a factor, of far fewer than 32 factors. What counts is that a and a + b are not
  // too large.
  constexpr double down = 1 - 0x1p-46;
  combined.l1 *= down;
  combined.l2 = std::max(0.0, both * down - combined.l1);
  return combined;
}

}  // namespace hadal
