#include "hadal/descent/quartic.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hadal {
namespace {

/// Real roots of c3 t^3 + c2 t^2 + c1 t + c0, c3 != 0, by the trigonometric or Cardano form.
std::vector<double> cubic_roots(double c3, double c2, double c1, double c0) {
  const double a = c2 / c3, b = c1 / c3, c = c0 / c3;
  const double q = (a * a - 3 * b) / 9, r = (2 * a * a * a - 9 * a * b + 27 * c) / 54;
  if (r * r < q * q * q) {
    const double angle = std::acos(std::clamp(r / std::sqrt(q * q * q), -1.0, 1.0));
    const double size = -2 * std::sqrt(q);
    return {size * std::cos(angle / 3) - a / 3, size * std::cos((angle + 2 * M_PI) / 3) - a / 3,
            size * std::cos((angle - 2 * M_PI) / 3) - a / 3};
  }
  const double s = -std::copysign(std::cbrt(std::abs(r) + std::sqrt(r * r - q * q * q)), r);
  return {s + (s != 0 ? q / s : 0) - a / 3};
}

}  // namespace

double minimise_along(const Quartic& f) {
  std::vector<double> candidates = {1};
  if (f.a2 > 0) candidates.push_back(-f.a1 / (2 * f.a2));
  // Near a solution the cubic terms are so small that the closed form loses all digits; the Newton
  // point of the parabola above is then exact to rounding and polished below.
  if (f.a4 > 0) {
    for (const double t : cubic_roots(4 * f.a4, 3 * f.a3, 2 * f.a2, f.a1)) candidates.push_back(t);
  }
  double best = 0, lowest = 0;
  for (double t : candidates) {
    for (int polish = 0; polish < 3; ++polish) {
      const double slope = f.a1 + t * (2 * f.a2 + t * (3 * f.a3 + 4 * t * f.a4));
      const double curvature = 2 * f.a2 + t * (6 * f.a3 + 12 * t * f.a4);
      if (curvature > 0) t -= slope / curvature;
    }
    if (t > 0 && f.at(t) < lowest) {
      lowest = f.at(t);
      best = t;
    }
  }
  return best;
}

}  // namespace hadal
