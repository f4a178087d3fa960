#include <fmt/format.h>

#include "hadal/error.hpp"
#include "hadal/model/network_model.hpp"

namespace hadal {
namespace {

void require_inputs(const NetworkModel& model, const Factor& inputs) {
  if (inputs.cols() != model.inputs())
    throw ModelError(fmt::format("samples of {} inputs were given; expected the model's {}",
                                 inputs.cols(), model.inputs()));
}

/// exp(z) / sum exp(z) of every row.
Factor softmax(const Factor& z) {
  Factor p = (z.colwise() - z.rowwise().maxCoeff()).array().exp();
  p.array().colwise() /= p.rowwise().sum().array().eval();
  return p;
}

}  // namespace

Factor standardised(const NetworkModel& model, const Factor& inputs) {
  require_inputs(model, inputs);
  Factor x(inputs.rows(), model.inputs() + (model.bias ? 1 : 0));
  x.leftCols(model.inputs()) = (inputs.rowwise() - model.input_mean.transpose()).array().rowwise() /
                               model.input_scale.transpose().array();
  if (model.bias) x.rightCols(1).setOnes();
  return x;
}

Factor scores(const NetworkModel& model, const Factor& inputs) {
  const Factor in = standardised(model, inputs) * model.u;
  Factor hidden;
  activate(model.activation, in, hidden);
  Factor z = hidden * model.v.transpose();
  z.rowwise() += model.offset.transpose();
  return z;
}

Factor predictions(const NetworkModel& model, const Factor& inputs) {
  const Factor z = scores(model, inputs);
  if (model.task == Task::regression)
    return z.unaryExpr([&](double s) { return inverse_link(model.loss, s); });
  if (model.outputs() > 1) return softmax(z);
  Factor p(z.rows(), 2);
  p.col(1) = z.col(0).unaryExpr([](double s) { return inverse_link(LossKind::logistic, s); });
  p.col(0) = z.col(0).unaryExpr([](double s) { return inverse_link(LossKind::logistic, -s); });
  return p;
}

std::vector<int> most_probable(const Factor& probabilities) {
  std::vector<int> best;
  for (Index i = 0; i < probabilities.rows(); ++i) {
    Index at = 0;
    probabilities.row(i).maxCoeff(&at);
    best.push_back(static_cast<int>(at));
  }
  return best;
}

}  // namespace hadal
