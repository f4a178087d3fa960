#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string_view>
#include <vector>

#include "hadal/verify/verify.hpp"

namespace hadal::test {

/// What the checker refused, if anything.
inline ::testing::AssertionResult confirmed(const verify::Report& report) {
  if (report.confirmed) return ::testing::AssertionSuccess();
  auto failure = ::testing::AssertionFailure();
  for (const verify::Check& check : report.checks)
    if (!check.passed)
      failure << check.name << ": " << check.claimed << ", found " << check.found << ", "
              << check.remark << "\n";
  return failure;
}

inline ::testing::AssertionResult confirmed(const MatrixModel& model, const MatrixData& data) {
  return confirmed(verify::verify_matrix(model, data));
}

/// A true claim with one thing changed.
struct Changed {
  const char* what;
  std::function<void(MatrixModel&, MatrixData&)> change;
};

/// Of the figures that every claim has.
inline std::vector<Changed> changed_figures() {
  return {
      {"objective", [](MatrixModel& m, MatrixData&) { m.certificate.objective *= 1 + 1e-6; }},
      {"lower bound", [](MatrixModel& m, MatrixData&) { m.certificate.lower_bound *= 1 - 1e-6; }},
      {"lambda", [](MatrixModel& m, MatrixData&) { m.lambda *= 1 + 1e-5; }},
      {"lambda_max", [](MatrixModel& m, MatrixData&) { m.lambda_max *= 1 + 1e-5; }},
      {"train error", [](MatrixModel& m, MatrixData&) { m.train_error *= 1 + 1e-6; }},
      {"dual scale", [](MatrixModel& m, MatrixData&) { m.certificate.dual_scale *= 0.9; }},
      {"a factor of rows", [](MatrixModel& m, MatrixData&) { m.u(0, 0) += 0.01; }}};
}

/// Precondition: the model as it is would be confirmed.
inline void expect_refused(const std::vector<Changed>& changes, const MatrixModel& model,
                           const MatrixData& data, std::string_view name) {
  for (const auto& [what, change] : changes) {
    MatrixModel changed_model = model;
    MatrixData changed_data = data;
    change(changed_model, changed_data);
    EXPECT_FALSE(confirmed(changed_model, changed_data)) << name << ": " << what;
  }
}

/// The claim that this model is optimal, in a certificate that agrees with itself.
inline void forge_optimum(MatrixModel& model) {
  Certificate& claim = model.certificate;
  claim.gap = 1e-7 * claim.objective;
  claim.lower_bound = claim.objective - claim.gap;
  claim.relative_gap = 1e-7;
  claim.polar_bound = model.lambda;
  claim.dual_scale = 1;
  model.status = Status::optimal;
}

}  // namespace hadal::test
