#include "unfolded_norm.hpp"

#include <algorithm>

#include "rounding.hpp"

namespace hadal::verify {

FactorNorm unfolded_norm(const std::vector<FactorNorm>& norms, Modes modes) {
  FactorNorm combined;
  combined.nonnegative = true;
  Real l1 = 1, both = 1;
  bool any_l2 = false;
  for (std::size_t m = 0; m < norms.size(); ++m) {
    if (!holds(modes, m)) continue;
    if ((modes & (modes - 1)) == 0) return norms[m];
    l1 *= norms[m].l1;
    both *= Real{norms[m].l1} + norms[m].l2;
    any_l2 = any_l2 || norms[m].l2 > 0;
    combined.nonnegative = combined.nonnegative && norms[m].nonnegative;
  }
  // Fewer than 32 roundings of extended precision, and those of the two results.
  const Real down = 1 - 32 * wide_unit;
  combined.l1 = rounded_down(l1 * down);
  // What rounding leaves of no l2 norm is none: less of a norm is safe, and a remainder that was
  // charged to so little would bound nothing.
  combined.l2 = any_l2 ? std::max(0.0, rounded_down(both * down - combined.l1)) : 0.0;
  return combined;
}

Real l2_share(const std::vector<FactorNorm>& norms) {
  Real share = 1;
  for (const FactorNorm& norm : norms) share *= Real{norm.l1} + norm.l2;
  return share * (1 - 32 * wide_unit);
}

}  // namespace hadal::verify
