#pragma once

#include <torch/torch.h>

#include "hadal/model/loss_kind.hpp"

namespace hadal::deep {

/// Samples as tensors: x, samples x inputs; y, samples x outputs (0 and 1 for classes); weight,
/// samples x 1, or undefined for all ones.
struct Samples {
  torch::Tensor x, y, weight;

  std::int64_t count() const { return x.size(0); }
  Samples at(const torch::Tensor& places) const;
  Samples range(std::int64_t begin, std::int64_t end) const;
};

/// The convex loss of all samples together, as NetworkModel has it.
struct Loss {
  LossKind kind = LossKind::squared;
  double huber_threshold = 0;

  /// The weighted sum over samples and outputs at z, samples x outputs; differentiable in z.
  torch::Tensor sum(const torch::Tensor& z, const Samples& samples) const;
  /// Its gradient in z, without a graph.
  torch::Tensor gradient(const torch::Tensor& z, const Samples& samples) const;
};

}  // namespace hadal::deep
