#pragma once

#include <cmath>
#include <vector>

#include "hadal/atom/atom.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// How many of the found atoms (best first, with what each collects) to append: those that collect
/// more than `threshold`, cut at the first clear drop, where signal usually ends and noise begins.
Index growth_count(const std::vector<double>& collected, double threshold);

/// The tau >= 0 that minimises loss(Z + tau dZ) + lambda * weight * tau, a convex function: secant
/// steps on its derivative, safeguarded by bisection. Exact after one step for a quadratic loss.
/// z: the current prediction; price: lambda * weight; collected: <-grad loss(z), dz>.
template <Loss L>
double growth_scale(const L& loss, const Vector& z, const Vector& dz, double price,
                    double collected) {
  Vector r(z.size());
  const auto slope = [&](double tau) {
    r = z + tau * dz;
    loss.evaluate(r, r);
    return price - r.dot(dz);
  };
  const double start = price - collected;
  if (!(start < 0)) return 0;
  double low = 0, low_slope = start, high = 1, high_slope = slope(1);
  // A loss with an exponential overflows far from its minimum.
  for (int i = 0; i < 60 && !std::isfinite(high_slope); ++i) high_slope = slope(high /= 16);
  for (int i = 0; i < 60 && high_slope < 0; ++i) {
    low = high;
    low_slope = high_slope;
    high *= 4;
    high_slope = slope(high);
  }
  for (int i = 0; i < 30; ++i) {
    const double secant = low - low_slope * (high - low) / (high_slope - low_slope);
    const double tau = i % 3 == 2 || !std::isfinite(high_slope) ? (low + high) / 2 : secant;
    const double s = slope(tau);
    if (std::abs(s) <= 1e-6 * std::abs(start)) return tau;
    (s < 0 ? low : high) = tau;
    (s < 0 ? low_slope : high_slope) = s;
  }
  return low;  // where the function is known to have fallen
}

/// <dZ, Hessian dZ>.
template <QuadraticLoss L>
double curvature_along(const L& loss, const Vector& dz) {
  Vector h = dz;
  loss.apply_hessian(h);
  return h.dot(dz);
}

/// The same in closed form, where neither the prediction nor a trial point is needed: of a loss
/// that has a curvature_along.
template <Loss L>
double quadratic_growth_scale(const L& loss, const FieldOf<L>& dz, double price, double collected) {
  const double curvature = curvature_along(loss, dz);
  return collected > price && curvature > 0 ? (collected - price) / curvature : 0;
}

}  // namespace hadal
