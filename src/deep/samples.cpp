#include "samples.hpp"

namespace hadal::deep {

using torch::Tensor;

Samples Samples::at(const Tensor& places) const {
  return {x.index_select(0, places), y.index_select(0, places),
          weight.defined() ? weight.index_select(0, places) : Tensor()};
}

Samples Samples::range(std::int64_t begin, std::int64_t end) const {
  return {x.slice(0, begin, end), y.slice(0, begin, end),
          weight.defined() ? weight.slice(0, begin, end) : Tensor()};
}

Tensor Loss::sum(const Tensor& z, const Samples& samples) const {
  const Tensor& y = samples.y;
  Tensor each;
  switch (kind) {
    case LossKind::squared:
      each = (z - y).square() / 2;
      break;
    case LossKind::huber: {
      const Tensor size = (z - y).abs(), inside = size.clamp_max(huber_threshold);
      each = inside * (size - inside / 2);
      break;
    }
    case LossKind::logistic:
      each = -torch::log_sigmoid((2 * y - 1) * z);
      break;
    case LossKind::poisson:
      each = z.exp() - y * z - (y - torch::xlogy(y, y));
      break;
    case LossKind::multinomial:
      each = torch::logsumexp(z, 1, true) - (y * z).sum(1, true);
      break;
  }
  return samples.weight.defined() ? (samples.weight * each).sum() : each.sum();
}

Tensor Loss::gradient(const Tensor& z, const Samples& samples) const {
  const torch::AutoGradMode on(true);
  const Tensor at = z.detach().requires_grad_(true);
  return torch::autograd::grad({sum(at, samples)}, {at})[0];
}

}  // namespace hadal::deep
