#include "hadal/descent/line_search.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {
namespace {

/// The minimiser of the cubic through the values and slopes of two points (Nocedal and Wright,
/// equation 3.59), kept off the ends of the bracket.
double between(const LinePoint& a, const LinePoint& b) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  const double d2 = std::copysign(std::sqrt(square), b.t - a.t);
  double t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  const double low = std::min(a.t, b.t), width = std::abs(a.t - b.t);
  if (!std::isfinite(t)) t = low + 0.1 * width;
  return std::clamp(t, low + 0.05 * width, low + 0.95 * width);
}

}  // namespace

LinePoint search_along(const std::function<LinePoint(double)>& f, const LinePoint& start) {
  constexpr int value_max = 30;
  constexpr double decrease = 1e-4, flat = 0.1, growth = 4, rounding = 1e-14;
  if (!(start.slope < 0)) return start;
  const double noise = rounding * std::abs(start.value);
  LinePoint best = start, low = start, high;
  bool bracketed = false;
  double t = 1;
  for (int count = 0; count < value_max; ++count) {
    const LinePoint at = f(t);
    const bool lowered = at.value <= start.value + decrease * t * start.slope ||
                         (at.value <= start.value + noise && at.slope <= -start.slope);
    const bool usable = lowered && at.value <= low.value + noise && std::isfinite(at.slope);
    if (usable) {
      best = at;
      if (std::abs(at.slope) <= flat * -start.slope) return best;
    }
    if (!usable) {
      high = at;
      bracketed = true;
    } else {
      // The minimum is on the side to which the better point falls.
      if (at.slope * (bracketed ? high.t - low.t : 1) >= 0) {
        high = low;
        bracketed = true;
      }
      low = at;
    }
    t = bracketed ? between(low, high) : growth * t;
    if (bracketed && std::abs(high.t - low.t) <= 1e-12 * std::max(low.t, high.t)) break;
  }
  return best;
}

}  // namespace hadal
