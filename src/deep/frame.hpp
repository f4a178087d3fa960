#pragma once

#include "../fit/sample_problem.hpp"
#include "hadal/deep/deep_fit.hpp"
#include "problem.hpp"

namespace hadal::deep {

/// What of a model does not depend on its weights, and the units that it is trained in: targets of
/// the squared and Huber losses are divided by `unit`, of which all blocks take an equal share.
class Frame {
 public:
  /// Throws what fit_deep_network throws.
  Frame(const SampleData& data, const DeepFitOptions& options);

  const Plan& plan() const { return plan_; }
  double lambda_unit() const { return unit_; }
  double objective_unit() const { return unit_ * unit_; }
  const DeepModel& model() const { return model_; }

  /// Samples of this kind as they are trained on.
  Samples samples(const SampleData& data, const torch::TensorOptions& options) const;
  Loss loss() const { return {model_.loss, model_.huber_threshold / unit_}; }

  /// The model of these copies, which are balanced here and ordered by penalty, without figures.
  DeepModel model_of(const Copies& copies) const;

 private:
  void set_inputs(const SampleData& data, const DeepFitOptions& options);
  void standardise(const SampleData& data);
  void set_targets(const SampleData& data, const DeepFitOptions& options);

  DeepModel model_;
  Plan plan_;
  double unit_ = 1;
};

/// How well a model predicts these samples, in double precision; their weights do not count.
NetworkError error_on(const SampleData& data, const DeepModel& model);

DeepModel without_copies(DeepModel model);

/// Fills in objective, errors and accuracies, computed anew in double precision from the model's
/// weights. held: may be empty.
void set_figures(const SampleData& train, const SampleData& held, DeepModel& model);

/// The tensor of a matrix, and back.
torch::Tensor tensor_of(const Factor& values, const torch::TensorOptions& options);
Factor factor_of(const torch::Tensor& values);
std::vector<SingleFactor> layers_of(const Copies& copies);
Copies copies_of(const std::vector<SingleFactor>& layers, const torch::TensorOptions& options);

}  // namespace hadal::deep
