#include "hadal/model/sample_model.hpp"

#include <fmt/format.h>

#include "hadal/error.hpp"

namespace hadal {
namespace {

/// exp(z) / sum exp(z) of every row.
Factor softmax(const Factor& z) {
  Factor p = (z.colwise() - z.rowwise().maxCoeff()).array().exp();
  p.array().colwise() /= p.rowwise().sum().array().eval();
  return p;
}

}  // namespace

SampleData samples_like(const SampleModel& model) {
  SampleData like;
  like.encoding = model.encoding;
  like.picture = model.picture;
  like.task = model.task;
  like.classes = model.classes;
  like.target_names = model.target_names;
  return like;
}

Factor standardised_inputs(const SampleModel& model, const Factor& inputs) {
  if (inputs.cols() != model.inputs())
    throw ModelError(fmt::format("samples of {} inputs were given; expected the model's {}",
                                 inputs.cols(), model.inputs()));
  return (inputs.rowwise() - model.input_mean.transpose()).array().rowwise() /
         model.input_scale.transpose().array();
}

Factor predictions_of(const SampleModel& model, const Factor& z) {
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
