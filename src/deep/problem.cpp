#include "problem.hpp"

#include <algorithm>

namespace hadal::deep {

using torch::Tensor;

template <class Map>
Tensor Problem::in_batches(const Map& map, std::int64_t along) const {
  const torch::NoGradGuard no_graph;
  std::vector<Tensor> parts;
  for (std::int64_t begin = 0; begin < samples_.count(); begin += batch_)
    parts.push_back(map(samples_.x.slice(0, begin, std::min(begin + batch_, samples_.count()))));
  return torch::cat(parts, along);
}

Tensor Problem::outputs(const Copies& copies) const {
  return in_batches([&](const Tensor& x) { return subnetwork_.sum(copies, x); }, 0);
}

Tensor Problem::each_output(const Copies& copies) const {
  return in_batches([&](const Tensor& x) { return subnetwork_.each(copies, x); }, 1);
}

double Problem::objective(const Copies& copies, const Tensor& z, double lambda) const {
  const torch::NoGradGuard no_graph;
  Samples precise = samples_;
  precise.y = precise.y.to(torch::kDouble);
  if (precise.weight.defined()) precise.weight = precise.weight.to(torch::kDouble);
  const Copies weights =
      each_layer(copies, [](const Tensor& layer) { return layer.to(torch::kDouble); });
  return loss_.sum(z.to(torch::kDouble), precise).item<double>() +
         lambda * subnetwork_.penalties(weights, penalty_).sum().item<double>();
}

Problem::Slope Problem::batch_slope(const Copies& copies, const Samples& batch,
                                    double lambda) const {
  const Copies leaves =
      each_layer(copies, [](const Tensor& layer) { return layer.detach().requires_grad_(true); });
  const Tensor loss =
      loss_.sum(subnetwork_.sum(leaves, batch.x), batch) / static_cast<double>(batch.count());
  Slope slope{loss.detach(), torch::autograd::grad({loss}, leaves)};
  // By hand where all weights would be read and written several times more: a penalty depends on
  // their squared norms alone.
  const double of_sample = lambda / static_cast<double>(samples_.count());
  const auto [penalty, derivative] = subnetwork_.penalty_slope(copies, penalty_);
  const torch::NoGradGuard no_graph;
  slope.value += of_sample * penalty;
  const Copies weighted = subnetwork_.factors_of_layers(2 * of_sample * derivative);
  for (std::size_t k = 0; k < copies.size(); ++k)
    slope.gradient[k].addcmul_(leaves[k], weighted[k]);
  return slope;
}

}  // namespace hadal::deep
