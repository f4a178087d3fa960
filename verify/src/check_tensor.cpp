#include "check_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "factor_norm.hpp"

namespace hadal::verify {
namespace {

constexpr double slack = 1e-8;

bool obeys_constraints(const TensorModel& model) {
  for (std::size_t m = 0; m < model.factors.size(); ++m) {
    const Factor& factor = model.factors[m];
    if (!factor.allFinite()) return false;
    if (model.norms[m].nonnegative && factor.size() > 0 && factor.minCoeff() < 0) return false;
  }
  return true;
}

/// norm_m(w_mc) the same for all m, non-increasing in c: the largest deviation relative to the
/// largest norm; infinity where a constraint is violated.
double imbalance(const TensorModel& model) {
  if (!obeys_constraints(model)) return std::numeric_limits<double>::infinity();
  Real largest = 0, deviation = 0, before = std::numeric_limits<Real>::infinity();
  for (Index c = 0; c < model.size(); ++c) {
    const Real first = norm_of_column(model.norms[0], model.factors[0], c);
    largest = std::max(largest, first);
    for (std::size_t m = 1; m < model.factors.size(); ++m) {
      const Real norm = norm_of_column(model.norms[m], model.factors[m], c);
      largest = std::max(largest, norm);
      deviation = std::max(deviation, std::abs(norm - first));
    }
    deviation = std::max(deviation, first - before);
    before = first;
  }
  return largest > 0 ? static_cast<double>(deviation / largest) : 0;
}

/// By how much the largest element of a column that should be positive is not, relative to it.
double wrong_sign(const TensorModel& model) {
  std::size_t takes_signs = model.factors.size();
  for (std::size_t m = 0; m < model.factors.size(); ++m)
    if (!model.norms[m].nonnegative) takes_signs = m;
  double worst = 0;
  for (std::size_t m = 0; m < model.factors.size(); ++m) {
    if (m == takes_signs) continue;
    for (Index c = 0; c < model.size(); ++c) {
      const double size = model.factors[m].col(c).cwiseAbs().maxCoeff();
      if (size > 0) worst = std::max(worst, 1 - model.factors[m].col(c).maxCoeff() / size);
    }
  }
  return worst;
}

void check_refit(const TensorModel& model, Checks& checks) {
  if (!model.refit) return;
  const TensorRefit& refit = *model.refit;
  check_validation_error("validation error of the refit", refit.validation_error, checks);
  bool fits = refit.factors.size() == model.factors.size();
  for (std::size_t m = 0; m < refit.factors.size() && fits; ++m)
    fits = refit.factors[m].rows() == model.factors[m].rows() &&
           refit.factors[m].cols() == refit.factors[0].cols() &&
           refit.factors[m].cols() <= model.size() && refit.factors[m].allFinite();
  checks.add("refit", 1, fits, fits, "expected finite factors of the model's shapes");
}

}  // namespace

void check_model(const TensorModel& model, const Problem& problem, Checks& checks) {
  check_loss(model, problem, checks);
  if (model.loss == LossKind::multinomial) check_categories(model.categories, checks);
  check_end_of_history(model, model.size(), checks);
  const double deviation = imbalance(model);
  checks.add("balance of the factors", 0, deviation, deviation <= slack,
             "expected norm_m(w_mc) equal in all modes, non-increasing, obeying the constraints");
  const double sign = wrong_sign(model);
  checks.add("signs of the factors", 0, sign, sign <= slack,
             "expected a positive largest element but in the last mode that may be negative");
  check_validation_error("validation error", model.validation_error, checks);
  check_refit(model, checks);
}

}  // namespace hadal::verify
