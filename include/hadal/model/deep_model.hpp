#pragma once

#include <cstdint>
#include <vector>

#include "hadal/model/layer_penalty.hpp"
#include "hadal/model/sample_model.hpp"
#include "hadal/network/plan.hpp"

namespace hadal {

/// A network of parallel copies of one deep subnetwork.
///
/// With x the standardised inputs of a sample, z = offset + sum_i map(x; W_i), and the objective is
///   F = sum_s w_s loss(y_s, z_s) + lambda sum_i penalty(W_i),
/// losses as NetworkModel's. Nothing is proved of it: its certificate has the kind `none`, the
/// lower bound -infinity and an infinite gap. Copies are ordered by penalty, largest first.
struct DeepModel : SampleModel {
  // problem
  Architecture architecture;  ///< with the shape of its input
  LayerPenalty penalty = LayerPenalty::powers;

  // model
  std::vector<SingleFactor>
      weights;  ///< of every weight layer: size x the layer's, see WeightLayer

  // record; the objective of an epoch in `trace` is of every sample as the weights were by its step
  int epochs = 0;                  ///< that were asked for; `iterations` are those that were run
  std::vector<std::int64_t> held;  ///< samples that were held out, increasing

  Index size() const { return weights.empty() ? 0 : weights.front().rows(); }
};

Plan plan_of(const DeepModel& model);

/// The model's standardised inputs as its subnetworks take them, channel by channel. A picture's
/// channels of a pixel stand side by side in samples.
Factor subnetwork_inputs(const DeepModel& model, const Factor& inputs);

/// z for every sample: samples x outputs, on the scale of the link.
Factor scores(const DeepModel& model, const Factor& inputs);
/// As those of NetworkModel.
Factor predictions(const DeepModel& model, const Factor& inputs);

/// Norms of the blocks of weights: size x blocks.
Factor block_norms(const DeepModel& model);
/// penalty(W_i) of every copy.
Vector penalties(const DeepModel& model);

}  // namespace hadal
