#include <fmt/format.h>

#include <cmath>

#include "hadal/report/words.hpp"

namespace hadal {

std::string loss_in_words(const SampleModel& model) {
  const std::string name(to_string(model.loss));
  if (model.loss == LossKind::huber)
    return fmt::format("{}, errors count as gross from {} on", name, figure(model.huber_threshold));
  return name;
}

std::string error_in_words(const SampleModel& model) {
  if (model.task == Task::classification)
    return fmt::format("mean log loss; a fair draw of {} classes has {}", model.classes.size(),
                       figure(std::log(static_cast<double>(model.classes.size())), 3));
  return model.loss == LossKind::poisson ? "mean of half the deviance"
                                         : "root mean squared, in units of the target";
}

std::string objective_unit_in_words(const SampleModel& model) {
  return predicts_in_data_units(model.loss) ? "in squared units of the target" : "without unit";
}

std::string networks_in_words(const NetworkModel& model) {
  if (model.gated())
    return fmt::format("network of any width behind these {} gates", model.gates.cols());
  return fmt::format("network of {} units of any width", model.hidden());
}

std::string penalty_in_words(const NetworkModel& model) {
  if (model.penalty == UnitPenalty::path)
    return "sum over units of l1 norm in times l1 norm out (path norm)";
  return model.activation.degree() == 1
             ? "sum over units of l2 norm in times l2 norm out (weight decay)"
             : "sum over units of squared l2 norm in times l2 norm out";
}

std::string shape_in_words(const NetworkModel& model) {
  const std::string inputs = counted(model.inputs(), "input") + (model.bias ? " and a bias" : "");
  if (model.task == Task::classification)
    return fmt::format("{}, {} classes", inputs, model.classes.size());
  return fmt::format("{}, {}", inputs, counted(model.outputs(), "output"));
}

Vector strengths(const NetworkModel& model) {
  const Index pieces = model.activation.pieces;
  const bool product = model.penalty == UnitPenalty::product;
  Vector values(model.size());
  for (Index j = 0; j < values.size(); ++j) {
    const auto u = model.u.middleCols(j * pieces, pieces);
    const auto v = model.v.col(j);
    values[j] = std::pow(product ? u.norm() : u.template lpNorm<1>(), model.activation.degree()) *
                (product ? v.norm() : v.template lpNorm<1>());
  }
  return values;
}

}  // namespace hadal
