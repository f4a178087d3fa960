#include <algorithm>
#include <cmath>
#include <limits>

#include "checks.hpp"

namespace hadal::verify {
namespace {

constexpr double unit_spacing = std::numeric_limits<double>::epsilon();

bool fits_proof(Proof proof, double failure_probability) {
  switch (proof) {
    case Proof::deterministic:
      return failure_probability == 0;
    case Proof::probabilistic:
      return failure_probability > 0 && failure_probability < 1;
    case Proof::none:
      return failure_probability == 1;
  }
  return false;
}

double largest_dual_scale(const FittedModel& model) {
  const double w = model.certificate.polar_bound;
  return w <= model.lambda ? 1.0 : model.lambda / w;
}

}  // namespace

void check_record(const FittedModel& model, Checks& checks) {
  const Certificate& claim = model.certificate;
  const double size = std::max(std::abs(claim.objective), std::abs(claim.lower_bound));
  checks.equal("gap as recorded", claim.gap, claim.objective - claim.lower_bound,
               4 * unit_spacing * size, "expected objective - lower_bound");
  checks.add("sign of the gap", claim.gap, 0, claim.gap >= -1e-9 * size,
             "a lower bound cannot exceed the objective");
  const double relative = claim.objective == 0 ? 0 : claim.gap / std::abs(claim.objective);
  checks.equal("relative gap as recorded", claim.relative_gap, relative, 1e-9 * std::abs(relative),
               "expected gap / |objective|");
  checks.add("tolerance", model.tolerance, model.tolerance,
             std::isfinite(model.tolerance) && model.tolerance > 0, "expected a finite number > 0");
  const Status status = status_of(claim, model.tolerance);
  checks.add("status as recorded", static_cast<double>(model.status), static_cast<double>(status),
             model.status == status, "the status does not follow from proof, gap and tolerance");
  checks.add("failure probability", claim.failure_probability, claim.failure_probability,
             fits_proof(claim.proof, claim.failure_probability),
             "expected 0 for a deterministic proof, 1 for none, something between otherwise");
  const double largest = largest_dual_scale(model);
  checks.add("dual scale", claim.dual_scale, largest,
             claim.dual_scale >= 0 && claim.dual_scale <= largest * (1 + 4 * unit_spacing),
             "expected at most min(1, lambda / polar_bound)");
}

}  // namespace hadal::verify
