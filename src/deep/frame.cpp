#include "frame.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "device.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"

namespace hadal::deep {
namespace {

using torch::Tensor;

constexpr Index rows_at_once = 256;

Shape shape_of(const SampleData& data) {
  if (!data.picture) return {data.inputs.cols(), 1, 1, true};
  return {data.picture->channels, data.picture->height, data.picture->width, false};
}

/// z of every sample, in double precision.
Factor scores_of(const DeepModel& model, const Subnetwork& subnetwork, const SampleData& data) {
  const torch::NoGradGuard no_graph;
  const auto options = torch::TensorOptions().dtype(torch::kDouble).device(device());
  const Copies copies = copies_of(model.weights, options);
  Factor z(data.samples(), model.outputs());
  for (Index begin = 0; begin < z.rows(); begin += rows_at_once) {
    const Index count = std::min(rows_at_once, z.rows() - begin);
    const Factor x = subnetwork_inputs(model, data.inputs.middleRows(begin, count));
    z.middleRows(begin, count) = factor_of(subnetwork.sum(copies, tensor_of(x, options)));
  }
  z.rowwise() += model.offset.transpose();
  return z;
}

}  // namespace

Tensor tensor_of(const Factor& values, const torch::TensorOptions& options) {
  // from_blob does not own its values: the copy does.
  return torch::from_blob(const_cast<double*>(values.data()), {values.rows(), values.cols()},
                          torch::kDouble)
      .clone()
      .to(options);
}

Factor factor_of(const Tensor& values) {
  const Tensor here = values.detach().to(torch::kCPU).to(torch::kDouble).contiguous();
  return Eigen::Map<const Factor>(here.data_ptr<double>(), here.size(0), here.size(1));
}

std::vector<SingleFactor> layers_of(const Copies& copies) {
  std::vector<SingleFactor> layers;
  for (const Tensor& layer : copies) {
    const Tensor here = layer.detach().to(torch::kCPU).to(torch::kFloat).contiguous();
    layers.push_back(
        Eigen::Map<const SingleFactor>(here.data_ptr<float>(), here.size(0), here.size(1)));
  }
  return layers;
}

Copies copies_of(const std::vector<SingleFactor>& layers, const torch::TensorOptions& options) {
  Copies copies;
  for (const SingleFactor& layer : layers)
    copies.push_back(torch::from_blob(const_cast<float*>(layer.data()),
                                      {layer.rows(), layer.cols()}, torch::kFloat)
                         .clone()
                         .to(options));
  return copies;
}

Frame::Frame(const SampleData& data, const DeepFitOptions& options) {
  require_samples(data);
  model_.task = data.task;
  model_.encoding = data.encoding;
  model_.picture = data.picture;
  model_.classes = data.classes;
  model_.target_names = data.target_names;
  model_.loss = loss_of_task(data, options.loss);
  model_.penalty = options.penalty;
  set_inputs(data, options);
  set_targets(data, options);
}

void Frame::set_inputs(const SampleData& data, const DeepFitOptions& options) {
  plan_ = hadal::plan(options.architecture, shape_of(data), outputs_of(data));
  if (!options.mismatched) require_matched(plan_, degree_of(options.penalty, plan_));
  model_.architecture = options.architecture;
  model_.architecture.input = plan_.input;
  const Shape& shape = plan_.input;
  if (!shape.flat) model_.picture = SamplePicture{shape.width, shape.height, shape.channels};
  model_.input_mean = Vector::Zero(data.inputs.cols());
  model_.input_scale = Vector::Ones(data.inputs.cols());
  if (options.standardise) standardise(data);
}

void Frame::standardise(const SampleData& data) {
  const Shape& shape = plan_.input;
  // Channels of a pixel stand side by side: a filter that moves has to find all pixels alike.
  const Index channels = shape.flat ? shape.size() : shape.channels;
  const Index pixels = shape.size() / channels;
  Vector mean = weighted_means(data.inputs, data.weight);
  auto means = mean.reshaped(channels, pixels);
  means.colwise() = Vector(means.rowwise().mean());
  Vector deviation = weighted_deviations(data.inputs, mean, data.weight);
  auto deviations = deviation.reshaped(channels, pixels);
  deviations.colwise() =
      Vector(deviations.rowwise().stableNorm() / std::sqrt(static_cast<double>(pixels)));
  for (Index k = 0; k < mean.size(); ++k) {
    // A constant input stays, as zeros up to rounding.
    if (deviation[k] > 1e-12 * std::abs(mean[k])) model_.input_scale[k] = deviation[k];
  }
  model_.input_mean = mean;
}

void Frame::set_targets(const SampleData& data, const DeepFitOptions& options) {
  Factor y = targets_of(data, plan_.outputs);
  const bool in_units = predicts_in_data_units(model_.loss);
  model_.offset = in_units ? weighted_means(y, data.weight) : Vector::Zero(plan_.outputs);
  y.rowwise() -= model_.offset.transpose();
  const Vector flat = y.reshaped<Eigen::RowMajor>();
  if (model_.loss == LossKind::poisson)
    require_values_of(model_.loss, std::vector<double>(flat.begin(), flat.end()),
                      [&](Index k) { return fmt::format("sample {}", k / plan_.outputs + 1); });
  if (model_.loss == LossKind::huber)
    model_.huber_threshold = usable_huber_threshold(options.huber_threshold, flat);
  const double largest = flat.cwiseAbs().maxCoeff();
  // Steps of training are of one size: so are its targets. A power of two changes no digits.
  const bool matched = degree_of(options.penalty, plan_) == plan_.degree();
  if (in_units && matched && largest > 0)
    unit_ = std::ldexp(1.0, static_cast<int>(std::ilogb(largest)));
}

Samples Frame::samples(const SampleData& data, const torch::TensorOptions& options) const {
  Factor y = targets_of(data, plan_.outputs);
  y.rowwise() -= model_.offset.transpose();
  Samples samples;
  samples.x = tensor_of(subnetwork_inputs(model_, data.inputs), options);
  samples.y = tensor_of(y / unit_, options);
  if (data.weight.size()) samples.weight = tensor_of(data.weight, options);
  return samples;
}

DeepModel Frame::model_of(const Copies& copies) const {
  const torch::NoGradGuard no_graph;
  const Subnetwork subnetwork(plan_, copies.front().device());
  const double share = std::pow(unit_, 1.0 / plan_.degree());
  Copies balanced = copies;
  if (model_.penalty != LayerPenalty::decay)
    balanced = subnetwork.scaled(balanced, subnetwork.to_balance(balanced));
  const Tensor order = subnetwork.penalties(balanced, model_.penalty).argsort(-1, true);
  DeepModel model = model_;
  model.weights = layers_of(
      each_layer(selected(balanced, order), [&](const Tensor& layer) { return layer * share; }));
  return model;
}

NetworkError error_on(const SampleData& data, const DeepModel& model) {
  return error_of(model, scores_of(model, Subnetwork(plan_of(model), device()), data), data, false);
}

DeepModel without_copies(DeepModel model) {
  for (SingleFactor& layer : model.weights) layer.resize(0, layer.cols());
  return model;
}

void set_figures(const SampleData& train, const SampleData& held, DeepModel& model) {
  const Subnetwork subnetwork(plan_of(model), device());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Factor z = scores_of(model, subnetwork, train);
  Samples samples;
  samples.y = tensor_of(targets_of(train, model.outputs()), torch::kDouble);
  if (train.weight.size()) samples.weight = tensor_of(train.weight, torch::kDouble);
  const Loss loss{model.loss, model.huber_threshold};
  model.certificate.objective = loss.sum(tensor_of(z, torch::kDouble), samples).item<double>() +
                                model.lambda * penalties(model).sum();
  const NetworkError error = error_of(model, z, train, false);
  model.train_error = error.error;
  model.train_accuracy = error.accuracy;
  const NetworkError unseen = held.samples() > 0 ? error_on(held, model) : NetworkError{nan, nan};
  model.validation_error = unseen.error;
  model.validation_accuracy = unseen.accuracy;
}

}  // namespace hadal::deep
