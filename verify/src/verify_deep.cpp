#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks.hpp"
#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "verification.hpp"

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void require_fitting(const DeepModel& model, const SampleData& data) {
  const auto refuse = [](const std::string& message) { throw ModelError(message); };
  if (data.samples() < 1 || data.inputs.cols() != model.inputs())
    refuse(fmt::format("data of {} samples and {} inputs, expected samples of {} inputs",
                       data.samples(), data.inputs.cols(), model.inputs()));
  if (!data.has_targets || data.task != model.task || data.classes != model.classes)
    refuse("the data have not the targets of the model, expected those of its fit");
  if (model.task == Task::regression && data.targets.cols() != model.outputs())
    refuse(fmt::format("data of {} outputs, expected {}", data.targets.cols(), model.outputs()));
  if (std::any_of(data.labels.begin(), data.labels.end(), [](int label) { return label < 0; }))
    refuse("a sample has a class that the model does not know, expected the data of its fit");
  if (!model.held.empty() && (model.held.front() < 0 || model.held.back() >= data.samples()))
    refuse("the model held out samples that the data do not have, expected the data of its fit");
}

/// The loss of one output.
double loss_of(const DeepModel& model, double y, double z) {
  const double e = y - z, d = model.huber_threshold;
  switch (model.loss) {
    case LossKind::squared:
      return e * e / 2;
    case LossKind::huber:
      return std::abs(e) <= d ? e * e / 2 : d * std::abs(e) - d * d / 2;
    case LossKind::poisson:
      return std::exp(z) - y * z - (y > 0 ? y - y * std::log(y) : 0);
    default:
      return nan;
  }
}

/// log(1 + exp(-m)) without overflow.
double log_loss(double m) { return std::max(-m, 0.0) + std::log1p(std::exp(-std::abs(m))); }

/// Sums over samples of a kind.
struct Sums {
  double loss = 0, weighted_loss = 0, squares = 0;
  Index count = 0, right = 0;
};

/// Of a classification: the loss, and whether the class is told.
std::pair<double, bool> class_loss(const Factor& z, Index i, int label) {
  if (z.cols() == 1) {
    const double margin = label == 1 ? z(i, 0) : -z(i, 0);
    return {log_loss(margin), (z(i, 0) > 0) == (label == 1)};
  }
  Index best = 0;
  const double top = z.row(i).maxCoeff(&best);
  return {top + std::log((z.row(i).array() - top).exp().sum()) - z(i, label), best == label};
}

Sums sums_of(const DeepModel& model, const SampleData& data, const Factor& z, bool held) {
  Sums sums;
  for (Index i = 0; i < data.samples(); ++i) {
    if (std::binary_search(model.held.begin(), model.held.end(), i) != held) continue;
    double loss = 0;
    if (model.task == Task::classification) {
      const auto [value, told] = class_loss(z, i, data.labels[static_cast<std::size_t>(i)]);
      loss = value;
      sums.right += told;
    } else {
      for (Index k = 0; k < z.cols(); ++k) {
        loss += loss_of(model, data.targets(i, k), z(i, k));
        sums.squares += (data.targets(i, k) - z(i, k)) * (data.targets(i, k) - z(i, k));
      }
    }
    ++sums.count;
    sums.loss += loss;
    sums.weighted_loss += loss * (data.weight.size() ? data.weight[i] : 1);
  }
  return sums;
}

double error_of(const DeepModel& model, const Sums& sums) {
  const bool regression = model.task == Task::regression;
  const double count =
      static_cast<double>(sums.count) * (regression ? static_cast<double>(model.outputs()) : 1);
  if (count == 0) return nan;
  return regression && predicts_in_data_units(model.loss) ? std::sqrt(sums.squares / count)
                                                          : sums.loss / count;
}

double accuracy_of(const DeepModel& model, const Sums& sums) {
  return model.task == Task::classification && sums.count > 0
             ? static_cast<double>(sums.right) / static_cast<double>(sums.count)
             : nan;
}

/// Both NaN, or equal to a relative slack.
void compare(Checks& checks, const std::string& name, double claimed, double found, double slack) {
  const bool none = std::isnan(claimed) && std::isnan(found);
  checks.add(name, claimed, found,
             none || std::abs(claimed - found) <= slack * std::abs(found) + slack * 1e-3,
             "the figure computed from model and data differs");
}

/// On the samples that were held out; of a choice of lambda by folds there are no models left to
/// compute the figures from.
void check_validation(const DeepModel& model, const Sums& held, double slack, Checks& checks) {
  if (held.count == 0 && !model.path.empty()) {
    check_validation_error("validation error", model.validation_error, checks);
    const double right = model.validation_accuracy;
    checks.add("validation accuracy", right, nan,
               model.task == Task::classification ? right >= 0 && right <= 1 : std::isnan(right),
               "expected a part of the samples");
    return;
  }
  compare(checks, "validation error", model.validation_error, error_of(model, held), slack);
  compare(checks, "validation accuracy", model.validation_accuracy, accuracy_of(model, held),
          slack);
}

}  // namespace

Report verify_deep(const DeepModel& model, const SampleData& data, const Options& options) {
  return timed(options, [&] {
    require_fitting(model, data);
    const Factor z = scores(model, data.inputs);
    const Sums train = sums_of(model, data, z, false), held = sums_of(model, data, z, true);
    const double objective = train.weighted_loss + model.lambda * penalties(model).sum();
    const double slack = options.figure_tolerance;
    Checks checks;
    compare(checks, "objective", model.certificate.objective, objective, slack);
    compare(checks, "train error", model.train_error, error_of(model, train), slack);
    compare(checks, "train accuracy", model.train_accuracy, accuracy_of(model, train), slack);
    check_validation(model, held, slack, checks);
    checks.note("proof", "none is claimed: of deep subnetworks only a search was made");
    Report report;
    report.confirmed = checks.all_passed();
    report.checks = checks.take();
    report.found.objective = objective;
    report.found.lower_bound = -infinity;
    report.found.gap = report.found.relative_gap = report.found.polar_bound = infinity;
    report.found.failure_probability = 1;
    return report;
  });
}

}  // namespace hadal::verify
