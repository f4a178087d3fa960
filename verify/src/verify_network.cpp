#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "evidence.hpp"
#include "hadal/error.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/verify/verify.hpp"
#include "network_polar.hpp"
#include "network_problem.hpp"
#include "verification.hpp"

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Labels are places in the list of classes: the data's has to be the model's.
void require_labels(const NetworkModel& model, const SampleData& data) {
  if (data.classes != model.classes)
    throw ModelError("the data have other classes, or in another order, than the model");
  if (static_cast<Index>(data.labels.size()) != data.samples())
    throw ModelError(fmt::format("{} labels of {} samples", data.labels.size(), data.samples()));
  const auto known = [&](int label) {
    return label >= 0 && label < static_cast<int>(model.classes.size());
  };
  if (!std::all_of(data.labels.begin(), data.labels.end(), known))
    throw ModelError(
        "a sample has a class that the model does not know, expected the data of its fit");
}

void require_shapes(const NetworkModel& model, const SampleData& data) {
  const auto refuse = [](const std::string& message) { throw ModelError(message); };
  const Index inputs = model.inputs() + (model.bias ? 1 : 0);
  if (data.samples() < 1 || data.inputs.cols() != model.inputs())
    refuse(fmt::format("data of {} samples and {} inputs, expected samples of {} inputs",
                       data.samples(), data.inputs.cols(), model.inputs()));
  if (!data.has_targets || data.task != model.task)
    refuse(
        fmt::format("the data have no targets of the model's kind, expected those of its fit ({})",
                    fmt::join(model.target_names, ", ")));
  if (model.u.rows() != inputs || model.v.rows() != model.outputs() ||
      model.u.cols() != model.size() * model.activation.pieces ||
      model.input_scale.size() != model.inputs() || !((model.input_scale.array() > 0).all()))
    refuse("the model's layers do not fit each other");
  const auto known = [&](std::int64_t gate) { return gate >= 0 && gate < model.gates.cols(); };
  if (model.gated() &&
      (model.gates.rows() != inputs || !model.gates.allFinite() ||
       static_cast<Index>(model.gate.size()) != model.size() ||
       !std::all_of(model.gate.begin(), model.gate.end(), known) ||
       model.activation.kind != Activation::Kind::linear || model.penalty != UnitPenalty::product))
    refuse("the model's gates are not finite directions of its inputs, one of them for each unit");
  if (model.task == Task::regression && data.targets.cols() != model.outputs())
    refuse(fmt::format("data of {} outputs, expected {}", data.targets.cols(), model.outputs()));
  if (data.weight.size() != 0 &&
      (data.weight.size() != data.samples() || !((data.weight.array() > 0).all())))
    refuse("the weights of the samples are not one number > 0 for each");
  if (data.encoding.names() != model.encoding.names())
    refuse("the inputs have other names or another order than the model's");
  if (model.task == Task::classification) require_labels(model, data);
}

class NetworkEvidence : public Evidence {
 public:
  NetworkEvidence(const NetworkModel& model, const SampleData& data)
      : model_(model),
        data_(data),
        x_(network_inputs(model, data)),
        problem_(scaled_problem(model, data, x_)),
        each_(each_entry_of(problem_)) {}

  const Problem& problem() const override { return problem_; }
  const EachEntry& each() const override { return each_; }
  void remove_data() override { verify::remove_data(problem_); }
  Figures figures() override { return figures_of(problem_); }

  void check_model(const Options&, Checks& checks) override {
    check_loss(model_, problem_, checks);
    check_end_of_history(model_, model_.size(), checks);
    check_balance(checks);
    check_offset(checks);
    check_accuracy(checks);
    check_validation_error("validation error", model_.validation_error, checks);
  }

  /// No bound at Z = 0 is below what the claim says a search found there.
  void check_lambda_max(Checks& checks) override {
    // No proof rests on this figure: it is bounded to a thousandth, which takes no time. One that
    // is too high is found out where the bound is exact, of linear and square units.
    constexpr double slack = 1e-6, upwards = 1e-3;
    const Figures empty = figures_of(without_units(problem_));
    Certificate claim = in_scaled_units(model_.certificate);
    claim.polar_bound = problem_.scaling.of_lambda(model_.lambda_max) * (1 + upwards);
    const Enough enough = [&](double bound) { return bound <= claim.polar_bound; };
    constexpr double work = 1e9;
    const PolarBound bound = polar_.bound(empty.gradient, claim, enough, work);
    const double least = problem_.scaling.to_lambda(bound.search);
    // Of few inputs and product norms a search misses nothing; elsewhere it may.
    constexpr Index few = 8;
    const bool found = model_.penalty == UnitPenalty::product &&
                       model_.activation.kind != Activation::Kind::maxout && x_.cols() <= few;
    checks.add("lambda_max", model_.lambda_max, least,
               !found || model_.lambda_max >= least * (1 - slack),
               "a unit collects more than this at Z = 0");
    if (bound.proof == Proof::none) return;
    const double most = problem_.scaling.to_lambda(bound.bound);
    checks.add("lambda_max as bounded", model_.lambda_max, most,
               model_.lambda_max <= most * (1 + slack), "no unit collects so much at Z = 0");
  }

  PolarBound polar_bound(const Figures& figures, const Certificate& claim,
                         const Enough& enough) override {
    constexpr double work = 3e10;
    return polar_.bound(figures.gradient, in_scaled_units(claim), enough, work);
  }

 private:
  /// The polar's bound, and multipliers that scale with the forces.
  Certificate in_scaled_units(Certificate claim) const {
    claim.polar_bound = problem_.scaling.of_lambda(claim.polar_bound);
    if (!claim.slack) return claim;
    PolarSlack slack = *claim.slack;
    slack.exponent -= problem_.scaling.of_gradient();
    claim.slack = std::make_shared<const PolarSlack>(std::move(slack));
    return claim;
  }

  void check_balance(Checks& checks) const {
    constexpr double slack = 1e-8;
    Real largest = 0, deviation = 0, before = infinity;
    const bool finite = model_.u.allFinite() && model_.v.allFinite();
    for (Index j = 0; j < model_.size() && finite; ++j) {
      const Real in = input_norm(model_, j), out = output_norm(model_, j);
      largest = std::max({largest, in, out});
      deviation = std::max({deviation, std::abs(in - out), in - before});
      before = in;
    }
    const double found =
        !finite ? infinity : static_cast<double>(largest > 0 ? deviation / largest : 0);
    checks.add("balance of the units", 0, found, found <= slack,
               "expected ||u_j|| = ||v_j||, non-increasing, all finite");
  }

  /// Offsets are the (weighted) means of the targets, of losses in their units; else none.
  void check_offset(Checks& checks) const {
    if (model_.task != Task::regression || !predicts_in_data_units(model_.loss)) {
      const double largest = model_.offset.cwiseAbs().maxCoeff();
      checks.add("offset", largest, 0, largest == 0, "this loss has none");
      return;
    }
    for (Index k = 0; k < model_.outputs(); ++k) {
      Real sum = 0, total = 0, size = 0;
      for (Index i = 0; i < data_.samples(); ++i) {
        const Real w = data_.weight.size() ? data_.weight[i] : 1;
        sum += w * data_.targets(i, k);
        size += w * std::abs(data_.targets(i, k));
        total += w;
      }
      const auto mean = static_cast<double>(sum / total);
      checks.equal("offset", model_.offset[k], mean, 1e-9 * static_cast<double>(size / total),
                   "the offset is not the mean of the targets");
    }
  }

  /// The part of the samples whose class has the largest score; a class of two is that of the
  /// score's sign. Samples between two classes may be told either way by rounding.
  void check_accuracy(Checks& checks) const {
    if (model_.task != Task::classification) return;
    constexpr double rounding = 1e-10;
    const Factor z = problem_.u * problem_.v.transpose();
    const Factor size = problem_.u.cwiseAbs() * problem_.v.cwiseAbs().transpose();
    Index right = 0, open = 0;
    for (Index i = 0; i < z.rows(); ++i) {
      const int label = data_.labels[static_cast<std::size_t>(i)];
      double lead = z.cols() == 1 ? (label == 1 ? z(i, 0) : -z(i, 0)) : infinity;
      if (z.cols() > 1)
        for (Index k = 0; k < z.cols(); ++k)
          if (k != label) lead = std::min(lead, z(i, label) - z(i, k));
      const double slack = rounding * size.row(i).maxCoeff();
      if (slack == 0)
        right += label == 0;  // of no units: the first class is taken
      else if (std::abs(lead) <= slack)
        ++open;
      else
        right += lead > 0;
    }
    const auto part = [&](Index count) {
      return static_cast<double>(count) / static_cast<double>(z.rows());
    };
    const bool passed = model_.train_accuracy >= part(right) - rounding &&
                        model_.train_accuracy <= part(right + open) + rounding;
    checks.add("train accuracy", model_.train_accuracy, part(right), passed,
               "other samples are told apart");
  }

  const NetworkModel& model_;
  const SampleData& data_;
  Factor x_;
  Problem problem_;
  EachEntry each_;
  NetworkPolar polar_{model_, x_};
};

}  // namespace

Report verify_network(const NetworkModel& model, const SampleData& data, const Options& options) {
  return timed(options, [&] {
    require_shapes(model, data);
    NetworkEvidence evidence(model, data);
    return verification(model, evidence, options);
  });
}

}  // namespace hadal::verify
