#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

#include "fitted_checks.hpp"
#include "hadal/data/tensor_entries.hpp"
#include "hadal/model/polar_slack.hpp"
#include "model_checks.hpp"

namespace hadal {
namespace {

/// Products of eight of them are far from overflow, and norms of unfoldings keep usable weights.
constexpr double weight_min = 1e-4, weight_max = 1e4;

/// The checks of one tensor model, by part.
class Checker : public FittedChecks {
 public:
  Checker(const TensorModel& model, const Complain& complain)
      : FittedChecks(model, complain), model_(model) {}

  void atoms() const {
    require(model_.order() >= 2 && model_.order() <= tensor_order_max, "order", model_.order(),
            fmt::format("2 to {} modes", tensor_order_max));
    constexpr Index limit = std::numeric_limits<std::int32_t>::max();
    double positions = 1;
    for (std::size_t m = 0; m < model_.factors.size(); ++m) {
      const Factor& factor = model_.factors[m];
      require(factor.rows() >= 1 && factor.rows() <= limit, mode(m), shape(factor),
              "1 .. 2^31 - 1 rows");
      require(factor.cols() == model_.size(), mode(m), shape(factor),
              fmt::format("as many columns as mode0, {}", model_.size()));
      finite(mode(m), factor);
      positions *= static_cast<double>(factor.rows());
    }
    require(static_cast<double>(model_.size()) <= positions, mode(0), shape(model_.factors[0]),
            fmt::format("at most {} columns", positions));
    if (model_.refit) refit(*model_.refit);
  }

  void problem() const {
    loss_and_lambda();
    categories();
    require(model_.loss == LossKind::squared || !model_.refit, "refit", "present",
            "none for any loss but the squared one");
    require(model_.norms.size() == model_.factors.size(), "norms",
            fmt::format("{} norms", model_.norms.size()),
            fmt::format("{}, one for each mode", model_.factors.size()));
    for (std::size_t m = 0; m < model_.norms.size(); ++m)
      factor_norm(fmt::format("norm{}", m), model_.norms[m], model_.factors[m], weight_min,
                  weight_max);
  }

  void claim() const {
    FittedChecks::claim();
    const auto& slack = model_.certificate.slack;
    if (!slack) return;
    require(slack->split.has_value(), "slack split", "missing", "one of a tensor's modes");
    const std::uint32_t all = (std::uint32_t{1} << model_.order()) - 1;
    const auto [rows, divided] = *slack->split;
    require(rows != 0 && (rows | divided) < all && (rows & divided) == 0, "slack split",
            fmt::format("rows {:#b}, divided {:#b}", rows, divided),
            fmt::format("modes of {:#b}, none in both, that leave some for columns", all));
  }

  void names() const {
    const auto order = static_cast<std::size_t>(model_.data_order());
    require(model_.mode_names.empty() || model_.mode_names.size() == order, "mode_names",
            fmt::format("{} names", model_.mode_names.size()), fmt::format("{} or none", order));
    for (const std::string& name : model_.mode_names) without_nul("mode_names", name);
    require(model_.labels.empty() || model_.labels.size() == order, "labels",
            fmt::format("of {} modes", model_.labels.size()), fmt::format("{} or none", order));
    for (std::size_t m = 0; m < model_.labels.size(); ++m)
      labels(fmt::format("labels{}", m), model_.labels[m], model_.factors[m].rows());
  }

 private:
  void categories() const {
    categories_of_loss(model_.categories);
    if (model_.categories.empty()) return;
    const auto count = static_cast<Index>(model_.categories.size());
    const std::size_t last = model_.factors.size() - 1;
    require(model_.data_order() >= 2, "order", model_.order(), "a mode more than the data");
    require(model_.factors[last].rows() == count, mode(last), shape(model_.factors[last]),
            fmt::format("{} rows, one for each category", count));
    require(
        model_.norms.size() == last + 1 && model_.norms[last].plain() && model_.norms[last].l2 == 1,
        fmt::format("norm{}", last), "another", "l2 of the categories");
  }

  static std::string mode(std::size_t m) { return fmt::format("mode{}", m); }

  void refit(const TensorRefit& refit) const {
    const bool weights = refit.kind == "weights";
    require(weights || refit.kind == "factors", "refit kind", refit.kind, "weights or factors");
    require(refit.factors.size() == model_.factors.size(), "refit",
            fmt::format("of {} modes", refit.factors.size()),
            fmt::format("{}", model_.factors.size()));
    for (std::size_t m = 0; m < refit.factors.size(); ++m) {
      const Factor &own = refit.factors[m], &penalised = model_.factors[m];
      require(own.rows() == penalised.rows() && own.cols() == refit.factors[0].cols() &&
                  own.cols() <= penalised.cols(),
              "refit " + mode(m), shape(own), shape(penalised) + ", or fewer columns");
      finite("refit " + mode(m), own);
    }
    non_negative_or_nan("refit validation_error", refit.validation_error);
  }

  const TensorModel& model_;
};

}  // namespace

void require_valid(const TensorModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.atoms();
  checker.problem();
  checker.claim();
  checker.record();
  checker.names();
}

}  // namespace hadal
