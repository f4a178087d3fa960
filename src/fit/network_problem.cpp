#include "hadal/fit/network_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "hadal/descent/unit_descent.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/solve/solve.hpp"
#include "loss_of_entries.hpp"
#include "sample_problem.hpp"
#include "units.hpp"

namespace hadal {
namespace {

/// The sample's weight at every output, or nothing where all are one.
Vector weight_of_entries(const SampleData& data, Index outputs, double unit) {
  if (data.weight.size() == 0) return {};
  Factor each(data.samples(), outputs);
  each.colwise() = data.weight / unit;
  return each.reshaped<Eigen::RowMajor>();
}

/// Directions of gates.
Factor drawn_gates(Index inputs, const NetworkFitOptions& options) {
  std::mt19937_64 generator(options.seed);
  std::normal_distribution<double> normal;
  return Factor::NullaryExpr(inputs, options.gates, [&] { return normal(generator); });
}

EntryName sample_name(Index outputs) {
  return [outputs](Index k) { return fmt::format("sample {}", k / outputs + 1); };
}

}  // namespace

NetworkProblem::NetworkProblem(const SampleData& data, const NetworkFitOptions& options)
    : loss_(SquaredLoss(Vector())) {
  require_samples(data);
  frame_.activation = options.activation;
  frame_.penalty = options.penalty;
  frame_.task = data.task;
  frame_.bias = options.bias;
  frame_.encoding = data.encoding;
  frame_.picture = data.picture;
  frame_.classes = data.classes;
  frame_.target_names = data.target_names;
  frame_.loss = loss_of_task(data, options.loss);
  standardise(data, options);
  set_targets(data, options);
  frame_.gates = drawn_gates(x_.cols(), options);
  family_ = std::make_unique<HiddenUnitFamily>(x_, frame_.outputs(), options.activation,
                                               options.penalty, (x_ * frame_.gates).array() > 0);
  PolarRequest request;
  request.precision = 1e-9;
  request.seed = options.seed;
  Vector residual = Vector::Zero(x_.rows() * frame_.outputs());
  std::visit([&](const auto& loss) { loss.evaluate(residual, residual); }, loss_);
  lambda_max_ = family_->polar(residual, family_->empty(), request).value * lambda_unit();
  frame_.lambda_max = lambda_max_;
}

void NetworkProblem::standardise(const SampleData& data, const NetworkFitOptions& options) {
  const Index inputs = data.inputs.cols();
  frame_.input_mean = Vector::Zero(inputs);
  frame_.input_scale = Vector::Ones(inputs);
  if (options.standardise) {
    frame_.input_mean = weighted_means(data.inputs, data.weight);
    const Vector deviation = weighted_deviations(data.inputs, frame_.input_mean, data.weight);
    for (Index j = 0; j < inputs; ++j) {
      // A constant input stays, as zeros.
      const double rounding = 1e-12 * std::abs(frame_.input_mean[j]);
      if (deviation[j] > rounding) frame_.input_scale[j] = deviation[j];
    }
  }
  x_ = standardised(frame_, data.inputs);
  // Products of inputs, weights and targets stay far from overflow and underflow.
  constexpr double least = 1e-60, most = 1e60;
  const double largest = x_.cwiseAbs().maxCoeff();
  if (largest != 0 && !(largest >= least && largest <= most))
    throw DataError(fmt::format(
        "inputs of up to {} were given; expected a size from {} to {}, or standardised inputs",
        largest, least, most));
}

void NetworkProblem::set_targets(const SampleData& data, const NetworkFitOptions& options) {
  const Index outputs = outputs_of(data);
  Factor y = targets_of(data, outputs);
  const bool in_units = predicts_in_data_units(frame_.loss);
  frame_.offset = in_units ? weighted_means(y, data.weight) : Vector::Zero(outputs);
  y.rowwise() -= frame_.offset.transpose();
  const Vector flat = y.reshaped<Eigen::RowMajor>();
  if (frame_.loss == LossKind::poisson)
    require_values_of(frame_.loss, std::vector<double>(flat.begin(), flat.end()),
                      sample_name(outputs));
  const double heaviest = data.weight.size() ? data.weight.maxCoeff() : 1;
  const double largest = in_units ? flat.cwiseAbs().maxCoeff() : 1;
  check_range(largest, heaviest, flat.size());
  const int degree = options.activation.degree() + 1;
  if (in_units && largest > 0)
    data_unit_ = std::ldexp(
        1.0,
        static_cast<int>(std::floor(std::ilogb(largest) / static_cast<double>(degree))) * degree);
  weight_unit_ = power_of_four(heaviest);
  Vector weight = weight_of_entries(data, outputs, weight_unit_);
  if (frame_.loss == LossKind::multinomial) {
    loss_ = MultinomialLoss(outputs, flat, std::move(weight));
    return;
  }
  if (frame_.loss == LossKind::huber)
    frame_.huber_threshold = usable_huber_threshold(options.huber_threshold, flat);
  loss_ = loss_of_entries<AnyLoss>(frame_.loss, frame_.huber_threshold / data_unit_,
                                   flat / data_unit_, std::move(weight));
}

double NetworkProblem::factor_unit() const {
  return std::ldexp(1.0, std::ilogb(data_unit_) / (frame_.activation.degree() + 1));
}

double NetworkProblem::lambda_at(double ratio) const {
  return lambda_of(ratio, lambda_max_, lambda_unit());
}

SolveResult<HiddenUnits> NetworkProblem::solve(double lambda, HiddenUnits start,
                                               SolveOptions options,
                                               const SolveObserver& observer) const {
  options.lambda = lambda / lambda_unit();
  const double objective_unit = data_unit_ * data_unit_ * weight_unit_;
  SolveResult<HiddenUnits> result = std::visit(
      [&](const auto& loss) {
        const UnitDescent descent;
        SolveLoop loop(loss, *family_, descent, options);
        loop.observe([&](const OuterIteration& outer) {
          return observer(in_data_units(outer, objective_unit, lambda_unit()));
        });
        return start.size() > 0 ? loop.run_from(std::move(start)) : loop.run();
      },
      loss_);
  result.certificate = in_data_units(result.certificate, objective_unit, lambda_unit());
  for (OuterIteration& outer : result.trace)
    outer = in_data_units(outer, objective_unit, lambda_unit());
  return result;
}

NetworkModel NetworkProblem::model_of(const HiddenUnits& units) const {
  NetworkModel model = frame_;
  model.u = units.u * factor_unit();
  model.v = units.v * factor_unit();
  model.gate = units.gate;
  return model;
}

NetworkError error_of(const NetworkModel& model, const SampleData& data, bool weighted) {
  return error_of(model, scores(model, data.inputs), data, weighted);
}

}  // namespace hadal
