#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "categories.hpp"
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

void require_categories(const TensorModel& model) {
  require_count_of_categories(model.loss, model.categories.size());
  if (model.loss != LossKind::multinomial) return;
  const FactorNorm& norm = model.norms.back();
  if (model.data_order() < 2 || model.factors.back().rows() != std::ssize(model.categories) ||
      !norm.plain() || norm.l2 != 1)
    throw ModelError(fmt::format(
        "the last of {} modes has {} elements and the norm {}, expected the {} categories and l2",
        model.order(), model.factors.back().rows(), to_string(norm), model.categories.size()));
}

void require_shapes(const TensorModel& model) {
  // Products of eight weights are usable weights.
  constexpr double weight_min = 1e-4, weight_max = 1e4;
  constexpr Index size_max = std::numeric_limits<std::int32_t>::max();
  if (model.order() < 2 || model.order() > tensor_order_max)
    throw ModelError(
        fmt::format("the model is of order {}, expected 2 to {}", model.order(), tensor_order_max));
  if (model.norms.size() != model.factors.size())
    throw ModelError(fmt::format("the model has {} norms, expected one for each of {} modes",
                                 model.norms.size(), model.order()));
  require_categories(model);
  const auto data_order = static_cast<std::size_t>(model.data_order());
  if (!model.labels.empty() && model.labels.size() != data_order)
    throw ModelError(fmt::format("the model has labels of {} modes, expected {} or none",
                                 model.labels.size(), data_order));
  for (std::size_t m = 0; m < model.factors.size(); ++m) {
    const Factor& factor = model.factors[m];
    if (factor.rows() < 1 || factor.rows() > size_max || factor.cols() != model.size())
      throw ModelError(fmt::format("the factor of mode {} is {} x {}, expected {} columns", m,
                                   factor.rows(), factor.cols(), model.size()));
    require_norm(model.norms[m], factor.rows(), weight_min, weight_max);
  }
}

/// scores: of each entry.
void require_shapes(const TensorData& data, Index scores) {
  const Index size_max = std::numeric_limits<std::int32_t>::max() / scores;
  if (data.entries.size() > size_max)
    throw ModelError(fmt::format("the data have {} entries, expected at most {} to be checked",
                                 data.entries.size(), size_max));
  if (!data.labels.empty() && data.labels.size() != data.entries.shape.size())
    throw ModelError("the data have labels of some modes only, expected all or none");
}

class TensorEvidence : public Evidence {
 public:
  /// unfit_value: the first one that is no category, if any.
  TensorEvidence(const TensorModel& model, const TensorEntries& entries,
                 std::optional<double> unfit_value)
      : model_(model),
        positions_(entries),
        problem_(scaled_problem(model, entries, positions_)),
        each_(each_entry_of(problem_)) {
    if (unfit_value) problem_.unfit_value = unfit_value;
  }

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
    require_shapes(data, std::max<Index>(1, std::ssize(model.categories)));
    std::optional<TensorEntries> fitted;
    if (!same_order(model, data)) fitted = fitted_to(model, data);
    std::optional<double> unfit_value;
    if (model.loss == LossKind::multinomial)
      fitted = by_category(fitted ? *fitted : data.entries, model.categories, unfit_value);
    TensorEvidence evidence(model, fitted ? *fitted : data.entries, unfit_value);
    return verification(model, evidence, options);
  });
}

}  // namespace hadal::verify
