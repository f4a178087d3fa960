#include "adam.hpp"

namespace hadal::deep {

using torch::Tensor;

Adam::Adam(const Copies& copies)
    : first(each_layer(copies, [](const Tensor& layer) { return torch::zeros_like(layer); })),
      second(each_layer(copies, [](const Tensor& layer) { return torch::zeros_like(layer); })),
      steps(torch::zeros({size_of(copies)}, copies.front().options())) {}

void Adam::step(Copies& copies, const std::vector<Tensor>& gradient, double rate) {
  constexpr double keep_first = 0.9, keep_second = 0.999, least = 1e-8;
  const torch::NoGradGuard no_graph;
  steps += 1;
  const Tensor first_weight = (1 - torch::pow(keep_first, steps)).unsqueeze(1);
  const Tensor second_weight = (1 - torch::pow(keep_second, steps)).unsqueeze(1);
  // first / first_weight / (sqrt(second / second_weight) + least) * rate with as few passes over
  // the weights as there are: they are many more than a batch's values.
  const Tensor to_step = first_weight / rate, of_root = to_step * second_weight.rsqrt(),
               of_least = to_step * least;
  for (std::size_t k = 0; k < copies.size(); ++k) {
    first[k].lerp_(gradient[k], 1 - keep_first);
    second[k].mul_(keep_second).addcmul_(gradient[k], gradient[k], 1 - keep_second);
    copies[k].addcdiv_(first[k], second[k].sqrt().mul_(of_root).add_(of_least), -1);
  }
}

void Adam::scale(const Subnetwork& subnetwork, const Tensor& factors) {
  // A gradient in W is 1/f times that in f W.
  first = subnetwork.scaled(first, 1 / factors);
  second = subnetwork.scaled(second, 1 / factors.square());
}

void Adam::select(const Tensor& places) {
  first = selected(first, places);
  second = selected(second, places);
  steps = steps.index_select(0, places);
}

void Adam::append(const Copies& copies) {
  const std::int64_t known = steps.size(0), all = size_of(copies);
  const auto zeros = [&](const Tensor& layer) {
    return torch::zeros({all - known, layer.size(1)}, layer.options());
  };
  first = joined(first, each_layer(first, zeros));
  second = joined(second, each_layer(second, zeros));
  steps = torch::cat({steps, torch::zeros({all - known}, steps.options())});
}

}  // namespace hadal::deep
