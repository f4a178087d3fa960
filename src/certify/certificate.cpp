#include "hadal/certify/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hadal {

double dual_scale_limit(double lambda, double polar_bound) {
  if (!(polar_bound > 0)) return 1;
  if (!std::isfinite(polar_bound)) return 0;
  // Rounded towards zero, so that s * bound <= lambda holds exactly.
  return std::min(1.0, lambda / polar_bound * (1 - 2 * std::numeric_limits<double>::epsilon()));
}

Certificate assemble_certificate(double objective, const DualPoint& dual, const PolarBound& bound) {
  Certificate c;
  c.objective = objective;
  c.lower_bound = std::min(objective, dual.value - dual.rounding);
  c.gap = objective - c.lower_bound;
  c.relative_gap = c.gap / std::max(1e-300, std::abs(objective));
  c.polar_bound = bound.value;
  c.dual_scale = dual.scale;
  c.proof = bound.proof;
  c.method = bound.method;
  c.slack = bound.slack;
  c.failure_probability = bound.proof == Proof::none ? 1 : bound.failure_probability;
  return c;
}

}  // namespace hadal
