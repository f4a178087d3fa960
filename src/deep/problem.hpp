#pragma once

#include "samples.hpp"
#include "subnetwork.hpp"

namespace hadal::deep {

/// F(W) = loss(sum_i map(W_i)) + lambda sum_i penalty(W_i) over all samples, computed a batch at a
/// time.
class Problem {
 public:
  Problem(Subnetwork subnetwork, Samples samples, Loss loss, LayerPenalty penalty,
          std::int64_t batch)
      : subnetwork_(std::move(subnetwork)),
        samples_(std::move(samples)),
        loss_(loss),
        penalty_(penalty),
        batch_(batch) {}

  const Subnetwork& subnetwork() const { return subnetwork_; }
  const Samples& samples() const { return samples_; }
  const Loss& loss() const { return loss_; }
  LayerPenalty penalty() const { return penalty_; }
  std::int64_t batch() const { return batch_; }

  /// sum_i map(W_i) of all samples, and map(W_i) of every copy; without a graph.
  torch::Tensor outputs(const Copies& copies) const;
  torch::Tensor each_output(const Copies& copies) const;

  /// F, summed in double precision from outputs of all samples.
  double objective(const Copies& copies, const torch::Tensor& z, double lambda) const;
  /// The objective that a batch stands for, as a mean over samples, and its gradient in every
  /// layer.
  struct Slope {
    torch::Tensor value;
    std::vector<torch::Tensor> gradient;
  };
  Slope batch_slope(const Copies& copies, const Samples& batch, double lambda) const;

 private:
  template <class Map>
  torch::Tensor in_batches(const Map& map, std::int64_t along) const;

  Subnetwork subnetwork_;
  Samples samples_;
  Loss loss_;
  LayerPenalty penalty_;
  std::int64_t batch_;
};

}  // namespace hadal::deep
