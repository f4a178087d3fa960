#include "hadal/model/deep_model.hpp"
#include "hadal/network/map.hpp"

namespace hadal {
namespace {

/// Samples whose windows fill this many values at a time.
constexpr Index rows_at_once = 256;

std::vector<Vector> copy_of(const DeepModel& model, Index copy) {
  std::vector<Vector> weights;
  for (const SingleFactor& layer : model.weights)
    weights.push_back(layer.row(copy).transpose().cast<double>());
  return weights;
}

}  // namespace

Plan plan_of(const DeepModel& model) {
  return plan(model.architecture, *model.architecture.input, model.outputs());
}

Factor subnetwork_inputs(const DeepModel& model, const Factor& inputs) {
  const Factor x = standardised_inputs(model, inputs);
  const Shape& shape = *model.architecture.input;
  if (shape.flat || shape.channels == 1) return x;
  const Index pixels = shape.height * shape.width;
  Factor by_channel(x.rows(), x.cols());
  for (Index c = 0; c < shape.channels; ++c)
    for (Index pixel = 0; pixel < pixels; ++pixel)
      by_channel.col(c * pixels + pixel) = x.col(pixel * shape.channels + c);
  return by_channel;
}

Factor scores(const DeepModel& model, const Factor& inputs) {
  const Plan plan = plan_of(model);
  Factor z = model.offset.transpose().replicate(inputs.rows(), 1);
  for (Index begin = 0; begin < inputs.rows(); begin += rows_at_once) {
    const Index count = std::min(rows_at_once, inputs.rows() - begin);
    const Factor x = subnetwork_inputs(model, inputs.middleRows(begin, count));
    for (Index copy = 0; copy < model.size(); ++copy)
      z.middleRows(begin, count) += map_of(plan, copy_of(model, copy), x);
  }
  return z;
}

Factor predictions(const DeepModel& model, const Factor& inputs) {
  return predictions_of(model, scores(model, inputs));
}

Factor block_norms(const DeepModel& model) {
  const Plan plan = plan_of(model);
  Factor squares = Factor::Zero(model.size(), static_cast<Index>(plan.degrees.size()));
  for (std::size_t k = 0; k < model.weights.size(); ++k)
    squares.col(static_cast<Index>(plan.weights[k].block)) +=
        model.weights[k].cast<double>().rowwise().squaredNorm();
  return squares.cwiseSqrt();
}

Vector penalties(const DeepModel& model) {
  const Plan plan = plan_of(model);
  const Factor norms = block_norms(model);
  Vector values(model.size());
  for (Index i = 0; i < values.size(); ++i)
    values[i] = penalty_of(model.penalty, plan,
                           std::vector<double>(norms.row(i).begin(), norms.row(i).end()));
  return values;
}

}  // namespace hadal
