#include "hadal/fit/network_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/descent/unit_descent.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/solve/solve.hpp"
#include "loss_of_entries.hpp"
#include "units.hpp"

namespace hadal {
namespace {

void require_samples(const SampleData& data) {
  if (data.samples() == 0 || data.inputs.cols() == 0)
    throw DataError(fmt::format("{} samples of {} inputs were given; expected at least one of each",
                                data.samples(), data.inputs.cols()));
  if (!data.has_targets)
    throw DataError("the data have no column with targets; expected one to fit to");
  if (data.task == Task::classification &&
      std::any_of(data.labels.begin(), data.labels.end(), [](int label) { return label < 0; }))
    throw DataError("a sample has no class; expected one of each to fit to");
}

Index outputs_of(const SampleData& data) {
  if (data.task == Task::regression) return data.targets.cols();
  const auto classes = static_cast<Index>(data.classes.size());
  return classes == 2 ? 1 : classes;
}

/// The sample's weight at every output, or nothing where all are one.
Vector weight_of_entries(const SampleData& data, Index outputs, double unit) {
  if (data.weight.size() == 0) return {};
  Factor each(data.samples(), outputs);
  each.colwise() = data.weight / unit;
  return each.reshaped<Eigen::RowMajor>();
}

/// y of every sample and output: 0 and 1 for classes.
Factor targets_of(const SampleData& data, Index outputs) {
  if (data.task == Task::regression) return data.targets;
  Factor y = Factor::Zero(data.samples(), outputs);
  for (Index i = 0; i < data.samples(); ++i) {
    const int label = data.labels[static_cast<std::size_t>(i)];
    if (outputs == 1)
      y(i, 0) = label;
    else
      y(i, label) = 1;
  }
  return y;
}

EntryName sample_name(Index outputs) {
  return [outputs](Index k) { return fmt::format("sample {}", k / outputs + 1); };
}

/// Weighted means of the columns.
Vector means(const Factor& values, const Vector& weight) {
  if (weight.size() == 0) return values.colwise().mean();
  return values.transpose() * weight / weight.sum();
}

}  // namespace

LossKind loss_of_task(const SampleData& data, LossKind asked) {
  const bool two = data.classes.size() == 2;
  if (data.task == Task::regression) {
    if (asked == LossKind::logistic || asked == LossKind::multinomial)
      throw ArgumentError(
          fmt::format("the {} loss was given for a regression; expected squared, huber or poisson",
                      to_string(asked)));
    return asked;
  }
  const LossKind own = two ? LossKind::logistic : LossKind::multinomial;
  if (asked != LossKind::squared && asked != own)
    throw ArgumentError(fmt::format("the {} loss was given for {} classes; expected {}",
                                    to_string(asked), data.classes.size(), to_string(own)));
  return own;
}

SampleData samples_at(const SampleData& data, const std::vector<Index>& rows) {
  SampleData part = data;
  part.inputs = Factor(data.inputs(rows, Eigen::all));
  if (data.targets.size()) part.targets = Factor(data.targets(rows, Eigen::all));
  if (data.weight.size()) part.weight = Vector(data.weight(rows));
  part.labels.clear();
  if (!data.labels.empty())
    for (const Index row : rows) part.labels.push_back(data.labels[static_cast<std::size_t>(row)]);
  return part;
}

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
  family_ =
      std::make_unique<HiddenUnitFamily>(x_, frame_.outputs(), options.activation, options.penalty);
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
    frame_.input_mean = means(data.inputs, data.weight);
    const Factor centred = data.inputs.rowwise() - frame_.input_mean.transpose();
    const Vector deviation = means(centred.cwiseAbs2(), data.weight).cwiseSqrt();
    for (Index j = 0; j < inputs; ++j) {
      // A constant input stays, as zeros up to rounding.
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
  frame_.offset = in_units ? means(y, data.weight) : Vector::Zero(outputs);
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
  return std::max(ratio * lambda_max_, std::numeric_limits<double>::min());
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
  return model;
}

NetworkError error_of(const NetworkModel& model, const SampleData& data, bool weighted) {
  const Factor z = scores(model, data.inputs);
  const auto weight = [&](Index i) {
    return weighted && data.weight.size() ? data.weight[i] : 1.0;
  };
  double sum = 0, right = 0, total = 0, entries = 0;
  for (Index i = 0; i < z.rows(); ++i) {
    const double w = weight(i);
    total += w;
    if (model.task == Task::regression) {
      for (Index k = 0; k < z.cols(); ++k)
        sum += w * entry_error(model.loss, data.targets(i, k), z(i, k));
      entries += w * static_cast<double>(z.cols());
      continue;
    }
    const int label = data.labels[static_cast<std::size_t>(i)];
    entries += w;
    if (z.cols() == 1) {
      sum += w * entry_error(LossKind::logistic, label == 1 ? 1 : -1, z(i, 0));
      right += w * ((z(i, 0) > 0) == (label == 1));
      continue;
    }
    Index best = 0;
    const double top = z.row(i).maxCoeff(&best);
    sum += w * (top + std::log((z.row(i).array() - top).exp().sum()) - z(i, label));
    right += w * (best == label);
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (model.task == Task::classification) return {sum / entries, right / total};
  return {mean_error(model.loss, sum, entries), nan};
}

}  // namespace hadal
