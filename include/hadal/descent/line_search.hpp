#pragma once

#include <functional>

namespace hadal {

/// A smooth function on a line at t.
struct LinePoint {
  double t = 0, value = 0, slope = 0;
};

/// A t > 0 where f is lower than at `start` (t = 0, slope < 0) and no longer falls steeply: the
/// strong conditions of Wolfe with a slope of a tenth, first tried at t = 1, then by cubic
/// interpolation inside a bracket that always holds such a point (Nocedal and Wright 2006,
/// algorithms 3.5 and 3.6). f may be infinite or not a number: that counts as too far. Returns
/// the best point seen after at most 30 values of f, and t = 0 where none was lower. Where values
/// differ by rounding alone slopes decide (Hager and Zhang 2005, equation 4.1).
LinePoint search_along(const std::function<LinePoint(double)>& f, const LinePoint& start);

}  // namespace hadal
