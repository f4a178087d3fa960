#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hadal/loss/entry_losses.hpp"
#include "hadal/loss/loss.hpp"

/// What losses that are sums of many concave dual terms share.
namespace hadal {

inline constexpr long double wide_unit = std::numeric_limits<long double>::epsilon() / 2;

/// x log x, 0 at 0, for an x > 0 that is known to within `error` of it (and may have come out
/// negative). By the derivative 1 + log of x log x where x is well above its error, by the size of
/// the function itself below: both are within 4 error (|log max(x, 3 error)| + 4).
inline DualTerm entropy(long double x, long double error) {
  const long double trusted = std::max(x, 3 * error);
  DualTerm term;
  if (trusted > 0) term.error = 4 * error * (std::abs(std::log(trusted)) + 4);
  if (!(x > 0)) return term;
  term.value = x * std::log(x);
  term.magnitude = std::abs(term.value) + x;
  return term;
}

inline constexpr Index sum_block = 1024;

/// Sum over 0 .. count - 1 of term(k), by blocks that are shared out among threads and added in
/// order: the result does not depend on their number, and no number goes through more than
/// sum_block + count / sum_block additions.
template <class Sum, class Term>
Sum sum_in_blocks(Index count, const Term& term) {
  std::vector<Sum> sums(static_cast<std::size_t>((count + sum_block - 1) / sum_block));
#pragma omp parallel for schedule(static) if (sums.size() > 1)
  for (std::size_t b = 0; b < sums.size(); ++b) {
    const Index begin = static_cast<Index>(b) * sum_block, end = std::min(count, begin + sum_block);
    Sum sum{};
    for (Index k = begin; k < end; ++k) sum += term(k);
    sums[b] = sum;
  }
  Sum total{};
  for (const Sum& sum : sums) total += sum;
  return total;
}

/// Where the slope D' of a concave D vanishes, by false position (Illinois), or the end of the
/// interval: at a solution D' > 0 up to there.
template <class Slope>
double best_dual_scale(const Slope& slope_at, double s_max) {
  constexpr double accuracy = 1e-8;
  double high = s_max, high_slope = slope_at(high);
  if (!(high_slope < 0)) return s_max;
  double low = 0, low_slope = slope_at(0);
  if (!(low_slope > 0)) return 0;
  bool was_low = false, was_high = false;
  double s = s_max / 2;  // D'(0) may be infinite
  for (int step = 0; step < 60 && high - low > accuracy * s_max; ++step) {
    const double slope = slope_at(s);
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

/// The bound that a sum of dual terms gives, each number of which went through so many additions.
inline DualPoint dual_point(const DualTerm& sum, double scale, Index additions) {
  if (!(sum.value > 0)) return {};  // D(0) = 0 exactly
  DualPoint point;
  point.scale = scale;
  point.value = static_cast<double>(sum.value);
  // A dozen operations an entry and the additions, relative 2^-64 each; the last rounding to
  // double; the factor 2 covers what is of second order.
  const double operations = static_cast<double>(additions) + 16;
  point.rounding =
      2 * (operations * 0x1p-64 * static_cast<double>(sum.magnitude) +
           static_cast<double>(sum.error) + std::numeric_limits<double>::epsilon() * point.value);
  return point;
}

}  // namespace hadal
