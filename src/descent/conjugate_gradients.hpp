#pragma once

#include "factor_pair.hpp"

namespace hadal {

/// Preconditioned conjugate gradients on H d = g from d = 0, stopped at relative accuracy eta or at
/// the first direction of non-positive curvature (Steihaug 1983, without a radius: the line search
/// bounds the step). `start` is M^-1 g.
/// system: apply(p, h) sets h = H p, precondition(g, z) sets z = M^-1 g, size(p) is a squared
/// length in which rounding is relative; cancelled() is polled. Adds the steps made to `steps`.
template <class System, class X, class Cancelled>
X conjugate_gradients(const System& system, X g, const X& start, double eta,
                      const Cancelled& cancelled, int& steps) {
  constexpr int step_max = 500;
  X d = zero_like(g), p = start, z, h;
  double gz = inner(g, start);
  const double target = eta * eta * gz;
  for (int step = 0; step < step_max && gz > target && !cancelled(); ++step) {
    system.apply(p, h);
    ++steps;
    const double curvature = inner(p, h);
    // Single precision knows the curvature to about 1e-7 of the direction's size.
    if (!(curvature > 1e-6 * system.size(p))) return step == 0 ? p : d;
    const float a = static_cast<float>(gz / curvature);
    combine(a, p, 1.0F, d);
    combine(-a, h, 1.0F, g);
    system.precondition(g, z);
    const double next = inner(g, z);
    combine(1.0F, z, static_cast<float>(next / gz), p);
    gz = next;
  }
  return d;
}

}  // namespace hadal
