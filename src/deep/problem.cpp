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
  const Parts parts =
      subnetwork_.parts_of(each_layer(copies, [](const Tensor& layer) { return layer.detach(); }));
  std::vector<Tensor> leaves;
  for (const std::vector<Tensor>& layer : parts)
    for (const Tensor& part : layer) leaves.push_back(part.requires_grad_(true));
  const Tensor loss =
      loss_.sum(subnetwork_.sum(parts, batch.x), batch) / static_cast<double>(batch.count());
  const std::vector<Tensor> of_loss = torch::autograd::grad({loss}, leaves);
  // By hand where all weights would be read and written several times more: a penalty depends on
  // their squared norms alone.
  const double of_sample = lambda / static_cast<double>(samples_.count());
  const auto [penalty, derivative] = subnetwork_.penalty_slope(copies, penalty_);
  const torch::NoGradGuard no_graph;
  const Copies factors = subnetwork_.factors_of_layers(2 * of_sample * derivative);
  Slope slope{loss.detach() + of_sample * penalty,
              each_layer(copies, [](const Tensor& layer) { return torch::empty_like(layer); })};
  const Parts sums = subnetwork_.parts_of(slope.gradient);
  auto part_of_loss = of_loss.begin();
  for (std::size_t k = 0; k < parts.size(); ++k)
    for (std::size_t j = 0; j < parts[k].size(); ++j) {
      Tensor sum = sums[k][j];
      torch::addcmul_out(sum, *part_of_loss++, parts[k][j], factors[k]);
    }
  return slope;
}

}  // namespace hadal::deep
