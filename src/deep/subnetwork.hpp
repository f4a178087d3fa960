#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "hadal/model/layer_penalty.hpp"
#include "hadal/network/plan.hpp"

namespace hadal::deep {

/// Weights of r copies: of every weight layer a tensor r x size, each row laid out as WeightLayer
/// says.
using Copies = std::vector<torch::Tensor>;

inline std::int64_t size_of(const Copies& copies) { return copies.front().size(0); }

/// The layers of copies taken apart: of every layer W, b and g as WeightLayer says, as views.
using Parts = std::vector<std::vector<torch::Tensor>>;

/// Random numbers of a fit: a stream for every purpose and time, so that there is no state to keep.
at::Generator generator(std::uint64_t seed, std::uint64_t stream, std::uint64_t time);

/// Applies `change` to the tensor of every layer.
template <class Change>
Copies each_layer(const Copies& copies, const Change& change) {
  Copies changed;
  for (const torch::Tensor& layer : copies) changed.push_back(change(layer));
  return changed;
}

/// The maps of parallel copies of one subnetwork, computed together: r copies are one wide network
/// of grouped convolutions and batched products.
class Subnetwork {
 public:
  /// device: where its copies are, so that nothing has to be sent there at every step.
  explicit Subnetwork(Plan plan, torch::Device device = torch::kCPU);
  const Plan& plan() const { return plan_; }

  /// map(x; W_i) of every copy: r x samples x outputs. x: samples x plan().input.size().
  torch::Tensor each(const Copies& copies, const torch::Tensor& x) const;
  /// Their sum, samples x outputs.
  torch::Tensor sum(const Copies& copies, const torch::Tensor& x) const;
  torch::Tensor sum(const Parts& parts, const torch::Tensor& x) const;

  Parts parts_of(const Copies& copies) const;

  Copies none(const torch::TensorOptions& options) const;
  /// Copies with normal weights and blocks of norm one; constants are carried with weight > 0.
  Copies random(std::int64_t count, at::Generator random,
                const torch::TensorOptions& options) const;

  /// Squared norms of the blocks, r x blocks.
  torch::Tensor squared_norms(const Copies& copies) const;
  /// penalty(W_i), r.
  torch::Tensor penalties(const Copies& copies, LayerPenalty penalty) const;
  /// Their sum, and its derivative in the squared norms of the blocks, 0 where a block is 0 (but
  /// for decay, which depends on nothing else).
  struct PenaltySlope {
    torch::Tensor value, derivative;
  };
  PenaltySlope penalty_slope(const Copies& copies, LayerPenalty penalty) const;

  /// Of r x blocks factors, those of every layer's block: r x 1 each.
  std::vector<torch::Tensor> factors_of_layers(const torch::Tensor& factors) const;
  /// The blocks times r x blocks factors.
  Copies scaled(const Copies& copies, const torch::Tensor& factors) const;
  /// Factors to blocks of norm one.
  torch::Tensor to_unit(const Copies& copies) const;
  /// Factors to blocks of equal norms, which keep every map.
  torch::Tensor to_balance(const Copies& copies) const;

 private:
  torch::Tensor penalties_at(const torch::Tensor& squared_norms, LayerPenalty penalty) const;
  torch::Tensor run(const Parts& parts, const torch::Tensor& x, bool add) const;

  Plan plan_;
  torch::Tensor degrees_;
};

/// The copies in these places, and two lists one after the other.
Copies selected(const Copies& copies, const torch::Tensor& places);
Copies joined(const Copies& first, const Copies& second);

}  // namespace hadal::deep
