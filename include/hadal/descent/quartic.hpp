#pragma once

namespace hadal {

/// t (a1 + t (a2 + t (a3 + t a4))), the change of a bilinear model's quadratic objective along a
/// line of factors.
struct Quartic {
  double a1 = 0, a2 = 0, a3 = 0, a4 = 0;
  double at(double t) const { return t * (a1 + t * (a2 + t * (a3 + t * a4))); }
};

/// The t > 0 with the smallest value, or 0 when no t > 0 lowers it. Precondition: a4 >= 0.
double minimise_along(const Quartic& quartic);

}  // namespace hadal
