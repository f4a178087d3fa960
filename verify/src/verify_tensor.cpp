#include <fmt/format.h>

#include <limits>
#include <optional>

#include "check_tensor.hpp"
#include "evidence.hpp"
#include "factor_norm.hpp"
#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "tensor_data.hpp"
#include "tensor_polar.hpp"
#include "tensor_problem.hpp"
#include "verification.hpp"

namespace hadal::verify {
namespace {

void require_shapes(const TensorModel& model) {
  // Products of eight weights are usable weights.
  constexpr double weight_min = 1e-4, weight_max = 1e4;
  constexpr Index size_max = std::numeric_limits<std::int32_t>::max();
  if (model.order() < 2 || model.order() > tensor_order_max)
    throw ModelError(
        fmt::format("the model is of order {}, expected 2 to {}", model.order(), tensor_order_max));
  if (model.loss == LossKind::multinomial)
    throw ModelError("the model has the multinomial loss, expected another one for a tensor");
  if (model.norms.size() != model.factors.size())
    throw ModelError(fmt::format("the model has {} norms, expected one for each of {} modes",
                                 model.norms.size(), model.order()));
  if (!model.labels.empty() && model.labels.size() != model.factors.size())
    throw ModelError(fmt::format("the model has labels of {} modes, expected {} or none",
                                 model.labels.size(), model.order()));
  for (std::size_t m = 0; m < model.factors.size(); ++m) {
    const Factor& factor = model.factors[m];
    if (factor.rows() < 1 || factor.rows() > size_max || factor.cols() != model.size())
      throw ModelError(fmt::format("the factor of mode {} is {} x {}, expected {} columns", m,
                                   factor.rows(), factor.cols(), model.size()));
    require_norm(model.norms[m], factor.rows(), weight_min, weight_max);
  }
}

void require_shapes(const TensorData& data) {
  constexpr Index size_max = std::numeric_limits<std::int32_t>::max();
  if (data.entries.size() > size_max)
    throw ModelError(fmt::format("the data have {} entries, expected at most {} to be checked",
                                 data.entries.size(), size_max));
  if (!data.labels.empty() && data.labels.size() != data.entries.shape.size())
    throw ModelError("the data have labels of some modes only, expected all or none");
}

class TensorEvidence : public Evidence {
 public:
  TensorEvidence(const TensorModel& model, const TensorEntries& entries)
      : model_(model),
        positions_(entries),
        problem_(scaled_problem(model, entries, positions_)),
        each_(each_entry_of(problem_)) {}

  const Problem& problem() const override { return problem_; }
  const EachEntry& each() const override { return each_; }
  void remove_data() override { verify::remove_data(problem_); }
  Figures figures() override { return figures_of(problem_); }
  void check_model(const Options&, Checks& checks) override {
    verify::check_model(model_, problem_, checks);
  }

  /// The largest value that a search finds at Z = 0.
  void check_lambda_max(Checks& checks) override {
    constexpr double slack = 1e-6;
    const Problem empty = without_components(problem_);
    const double most = problem_.scaling.to_lambda(polar_.about(figures_of(empty).gradient));
    checks.add("lambda_max", model_.lambda_max, most,
               model_.lambda_max >= 0 && model_.lambda_max <= most * (1 + slack),
               "a search of the polar at Z = 0 cannot find more than this");
  }

  PolarBound polar_bound(const Figures& figures, const Certificate& claim,
                         const Enough& enough) override {
    return polar_.bound(figures.gradient, claim, enough);
  }

 private:
  const TensorModel& model_;
  Positions positions_;
  Problem problem_;
  EachEntry each_;
  TensorPolar polar_{model_, positions_, problem_};
};

}  // namespace

Report verify_tensor(const TensorModel& model, const TensorData& data, const Options& options) {
  return timed(options, [&] {
    require_shapes(model);
    require_shapes(data);
    std::optional<TensorEntries> fitted;
    if (!same_order(model, data)) fitted = fitted_to(model, data);
    TensorEvidence evidence(model, fitted ? *fitted : data.entries);
    return verification(model, evidence, options);
  });
}

}  // namespace hadal::verify
