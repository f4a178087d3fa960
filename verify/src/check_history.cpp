#include <cmath>

#include "checks.hpp"

namespace hadal::verify {

/// The history is the fit's own record, of which only the end can be held against the claim.
void check_end_of_history(const FittedModel& model, Index size, Checks& checks) {
  if (model.trace.empty()) return;
  const Certificate& claim = model.certificate;
  const OuterIteration& last = model.trace.back();
  const double slack = 1e-9 * std::abs(claim.objective);
  checks.add("size at the end of the history", static_cast<double>(last.size),
             static_cast<double>(size), last.size == size,
             "the history ends with another size than the model's");
  checks.equal("objective at the end of the history", last.objective, claim.objective, slack,
               "the history ends with another objective than the claimed one");
  checks.equal("lower bound at the end of the history", last.lower_bound, claim.lower_bound, slack,
               "the history ends with another lower bound than the claimed one");
}

}  // namespace hadal::verify
