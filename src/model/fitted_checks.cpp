#include "fitted_checks.hpp"

#include <cmath>
#include <utility>

#include "hadal/model/categories.hpp"

namespace hadal {

void FittedChecks::loss_and_lambda() const {
  const double threshold = fitted_.huber_threshold;
  if (fitted_.loss == LossKind::huber)
    require(std::isfinite(threshold) && threshold > 0, "huber_threshold", threshold,
            "a finite number > 0");
  else
    require(threshold == 0, "huber_threshold", threshold, "0 for any other loss");
  non_negative("lambda", fitted_.lambda);
  non_negative("lambda_max", fitted_.lambda_max);
}

void FittedChecks::categories_of_loss(const std::vector<std::int64_t>& categories) const {
  const auto count = static_cast<Index>(categories.size());
  if (fitted_.loss != LossKind::multinomial) {
    require(count == 0, "categories", "given", "none for any loss but the multinomial one");
    return;
  }
  require(count >= categories_min && count <= categories_max, "categories",
          fmt::format("of length {}", count),
          fmt::format("{} to {} values", categories_min, categories_max));
  for (std::size_t c = 0; c < categories.size(); ++c) {
    const std::int64_t value = categories[c];
    require(std::abs(static_cast<double>(value)) <= 0x1p53, "categories", value,
            "whole numbers up to 2^53");
    require(c == 0 || value > categories[c - 1], "categories", value, "increasing values");
  }
}

void FittedChecks::factor_norm(std::string_view field, const FactorNorm& norm, const Factor& factor,
                               double least, double most) const {
  for (const double weight : {norm.l1, norm.l2, norm.tv})
    require(weight == 0 || (weight >= least && weight <= most), field, weight,
            fmt::format("0, or a weight from {} to {}", least, most));
  require(norm.l1 + norm.l2 > 0, field, norm.l1 + norm.l2, "l1 + l2 > 0");
  require(norm.tv == 0 || norm.graph.vertices == factor.rows(), field, norm.graph.vertices,
          fmt::format("a graph of {} vertices", factor.rows()));
  if (norm.nonnegative)
    require(factor.size() == 0 || factor.minCoeff() >= 0, field, "violated by the factor",
            "factors >= 0");
}

void FittedChecks::claim() const {
  const Certificate& claim = fitted_.certificate;
  non_negative("objective", claim.objective);
  for (const auto& [name, value] : {std::pair{"lower_bound", claim.lower_bound},
                                    {"gap", claim.gap},
                                    {"relative_gap", claim.relative_gap}})
    require(std::isfinite(value), name, value, "a finite number");
  non_negative("polar_bound", claim.polar_bound);
  fraction("dual_scale", claim.dual_scale);
  fraction("failure_probability", claim.failure_probability);
  require(std::isfinite(fitted_.tolerance) && fitted_.tolerance > 0, "tolerance", fitted_.tolerance,
          "a finite number > 0");
  without_nul("method", claim.method);
}

void FittedChecks::record() const {
  non_negative("train_error", fitted_.train_error);
  non_negative_or_nan("validation_error", fitted_.validation_error);
  non_negative("seconds", fitted_.seconds);
  require(fitted_.iterations >= 0, "iterations", fitted_.iterations, ">= 0");
  without_nul("version", fitted_.version);
  without_nul("read_options", fitted_.read_options);
  for (const OuterIteration& step : fitted_.trace) outer_iteration(step);
  for (const PathPoint& point : fitted_.path) path_point(point);
}

void FittedChecks::outer_iteration(const OuterIteration& step) const {
  require(step.iteration >= 0, "trace iteration", step.iteration, ">= 0");
  require(step.size >= 0, "trace size", step.size, ">= 0");
  non_negative("trace objective", step.objective);
  require(!std::isnan(step.lower_bound), "trace lower_bound", step.lower_bound, "a number");
  require(!std::isnan(step.relative_gap), "trace relative_gap", step.relative_gap, "a number");
  non_negative("trace polar", step.polar);
  non_negative("trace seconds", step.seconds);
  non_negative("trace passes", step.passes);
}

void FittedChecks::path_point(const PathPoint& point) const {
  non_negative("path lambda", point.lambda);
  require(point.size >= 0, "path size", point.size, ">= 0");
  non_negative("path objective", point.objective);
  require(!std::isnan(point.relative_gap), "path relative_gap", point.relative_gap, "a number");
  non_negative_or_nan("path validation_error", point.validation_error);
  non_negative_or_nan("path validation_standard_error", point.validation_standard_error);
}

}  // namespace hadal
