#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "hadal/error.hpp"
#include "model_checks.hpp"
#include "sample_checks.hpp"

namespace hadal {
namespace {

/// The checks of one deep network's model, by part.
class Checker : public SampleChecks {
 public:
  Checker(const DeepModel& model, const Complain& complain)
      : SampleChecks(model, complain), model_(model) {}

  void layers() const {
    require(model_.architecture.input.has_value(), "architecture", "without an input",
            "one with its shape");
    require(model_.architecture.input->size() == model_.inputs(), "architecture",
            to_string(*model_.architecture.input),
            fmt::format("an input of {} values", model_.inputs()));
    const Plan plan = planned();
    require(model_.weights.size() == plan.weights.size(), "weights", model_.weights.size(),
            fmt::format("{} layers", plan.weights.size()));
    for (std::size_t k = 0; k < plan.weights.size(); ++k) {
      const SingleFactor& layer = model_.weights[k];
      require(layer.rows() == model_.size() && layer.cols() == plan.weights[k].size(), "weights",
              fmt::format("{} x {}", layer.rows(), layer.cols()),
              fmt::format("{} x {} of {}", model_.size(), plan.weights[k].size(),
                          plan.weights[k].name));
      require(layer.allFinite(), "weights", "not finite", "finite numbers");
    }
  }

  /// Nothing is proved, so that no file can claim it.
  void claim_of_nothing() const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Certificate& claim = model_.certificate;
    non_negative("objective", claim.objective);
    require(claim.proof == Proof::none, "proof", to_string(claim.proof), "none");
    require(model_.status == Status::unproven, "status", to_string(model_.status), "unproven");
    require(claim.lower_bound == -infinity, "lower_bound", claim.lower_bound, "-inf: none");
    require(claim.gap == infinity, "gap", claim.gap, "inf");
    require(claim.relative_gap == infinity, "relative_gap", claim.relative_gap, "inf");
    require(claim.polar_bound == infinity, "polar_bound", claim.polar_bound, "inf: none");
    require(!claim.slack, "slack", "given", "none");
    without_nul("method", claim.method);
    require(std::isfinite(model_.tolerance) && model_.tolerance > 0, "tolerance", model_.tolerance,
            "a finite number > 0");
    require(model_.epochs >= 0, "epochs", model_.epochs, ">= 0");
    require(std::is_sorted(model_.held.begin(), model_.held.end(), std::less_equal<>()), "held",
            "out of order", "places of samples, increasing");
    require(model_.held.empty() || model_.held.front() >= 0, "held", "negative", "places from 0");
  }

 private:
  Plan planned() const {
    try {
      return plan_of(model_);
    } catch (const ArgumentError& error) {
      complain("architecture", error.what());
      throw;
    }
  }

  const DeepModel& model_;
};

}  // namespace

void require_valid(const DeepModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.inputs();
  checker.outputs();
  checker.layers();
  checker.claim_of_nothing();
  checker.record();
  checker.figures();
}

}  // namespace hadal
