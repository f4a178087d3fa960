#include "subnetwork.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <array>

namespace hadal::deep {
namespace {

using torch::Tensor;

/// Of a block: below it, it counts as zero. A root has no derivative at 0.
constexpr double least_square = 1e-30;

/// What passes between layers of all copies: pictures samples x (r channels) x height x width, flat
/// values (r values) x samples, so that the gradient of a weight matrix comes as the matrix lies;
/// until the first weights all copies share it. The carried constant is one number for each copy.
struct Signal {
  Tensor x, constant;
  bool shared = true;
};

class Pass {
 public:
  Pass(const Plan& plan, const Parts& parts, bool add)
      : plan_(plan), parts_(parts), count_(parts.front().front().size(0)), add_(add) {}

  void through(const std::vector<PlannedLayer>& layers, Signal& signal) const {
    for (const PlannedLayer& at : layers) step(at, signal);
  }

 private:
  void step(const PlannedLayer& at, Signal& signal) const {
    const Layer& layer = at.layer;
    const std::array<std::int64_t, 2> kernel{layer.kernel, layer.kernel},
        stride{layer.stride, layer.stride}, padding{layer.padding, layer.padding};
    switch (layer.kind) {
      case Layer::Kind::linear:
      case Layer::Kind::conv2d:
      case Layer::Kind::output:
        weigh(at, signal);
        break;
      case Layer::Kind::activation:
        signal.x = activated(at, signal.x);
        if (layer.activation.kind != Activation::Kind::maxout)
          signal.constant = activated(at, signal.constant);
        break;
      case Layer::Kind::max_pool:
        signal.x = torch::max_pool2d(signal.x, kernel, stride, padding);
        break;
      case Layer::Kind::mean_pool:
        signal.x = torch::avg_pool2d(signal.x, kernel, stride, padding);
        break;
      case Layer::Kind::flatten:
        signal.x = signal.x.flatten(1).t();
        break;
      case Layer::Kind::skip:
        add_branches(at, signal);
        break;
    }
  }

  static Tensor activated(const PlannedLayer& at, const Tensor& x) {
    const Activation& activation = at.layer.activation;
    switch (activation.kind) {
      case Activation::Kind::linear:
        return x;
      case Activation::Kind::relu:
        return torch::relu(x);
      case Activation::Kind::leaky_relu:
        return torch::leaky_relu(x, activation.leak);
      case Activation::Kind::absolute:
        return torch::abs(x);
      case Activation::Kind::square:
        return x * x;
      case Activation::Kind::maxout:
        break;
    }
    const std::int64_t pieces = activation.pieces, along = at.in.flat ? 0 : 1;
    return std::get<0>(x.unflatten(along, {x.size(along) / pieces, pieces}).max(along + 1));
  }

  void weigh(const PlannedLayer& at, Signal& signal) const {
    const WeightLayer& layer = plan_.weights[static_cast<std::size_t>(at.weights)];
    const std::vector<Tensor>& parts = parts_[static_cast<std::size_t>(at.weights)];
    const Tensor& matrix = parts.front();
    Tensor bias;  // r x outputs
    if (layer.bias) bias = parts[1] * signal.constant.unsqueeze(1);
    if (at.layer.kind == Layer::Kind::conv2d)
      signal.x = convolved(at, layer, matrix, bias, signal);
    else if (at.layer.kind == Layer::Kind::output)
      signal.x = put_out(layer, matrix, bias, signal);
    else
      signal.x = multiplied(layer, matrix, bias, signal);
    signal.shared = false;
    if (layer.carries) signal.constant = signal.constant * parts.back().squeeze(1);
  }

  Tensor convolved(const PlannedLayer& at, const WeightLayer& layer, const Tensor& matrix,
                   const Tensor& bias, const Signal& signal) const {
    const Tensor weight =
        matrix.reshape({count_ * layer.outputs, layer.inputs, layer.kernel, layer.kernel});
    return torch::conv2d(signal.x, weight, bias.defined() ? bias.reshape({-1}) : Tensor(),
                         {at.layer.stride, at.layer.stride}, {at.layer.padding, at.layer.padding},
                         {1, 1}, signal.shared ? 1 : count_);
  }

  /// (r outputs) x samples
  Tensor multiplied(const WeightLayer& layer, const Tensor& matrix, const Tensor& bias,
                    const Signal& signal) const {
    if (!signal.shared) return apart(layer, matrix, bias, signal).flatten(0, 1);
    const Tensor weight = matrix.reshape({count_ * layer.outputs, layer.inputs});
    return bias.defined() ? torch::addmm(bias.reshape({-1, 1}), weight, signal.x)
                          : torch::mm(weight, signal.x);
  }

  /// r x outputs x samples
  Tensor apart(const WeightLayer& layer, const Tensor& matrix, const Tensor& bias,
               const Signal& signal) const {
    const Tensor weight = matrix.reshape({count_, layer.outputs, layer.inputs});
    const Tensor x = signal.shared ? signal.x.unsqueeze(0).expand({count_, -1, -1})
                                   : signal.x.unflatten(0, {count_, layer.inputs});
    return bias.defined() ? torch::baddbmm(bias.unsqueeze(2), weight, x) : torch::bmm(weight, x);
  }

  /// r x samples x outputs, or their sum over r
  Tensor put_out(const WeightLayer& layer, const Tensor& matrix, const Tensor& bias,
                 const Signal& signal) const {
    const Tensor each = apart(layer, matrix, bias, signal).transpose(1, 2);
    return add_ ? each.sum(0) : each;
  }

  void add_branches(const PlannedLayer& at, Signal& signal) const {
    Signal sum;
    for (const std::vector<PlannedLayer>& branch : at.branches) {
      Signal own = signal;
      through(branch, own);
      sum = sum.x.defined()
                ? Signal{sum.x + own.x, sum.constant + own.constant, sum.shared && own.shared}
                : own;
    }
    signal = sum;
  }

  const Plan& plan_;
  const Parts& parts_;
  std::int64_t count_;
  bool add_;
};

}  // namespace

at::Generator generator(std::uint64_t seed, std::uint64_t stream, std::uint64_t time) {
  // The finaliser of SplitMix64 (Steele, Lea and Flood 2014), one word after the other.
  std::uint64_t state = 0;
  for (const std::uint64_t word : {seed, stream, time}) {
    state += word + 0x9e3779b97f4a7c15u;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    state ^= state >> 31;
  }
  return at::make_generator<at::CPUGeneratorImpl>(state);
}

Subnetwork::Subnetwork(Plan plan, torch::Device device)
    : plan_(std::move(plan)),
      degrees_(torch::tensor(std::vector<double>(plan_.degrees.begin(), plan_.degrees.end()),
                             torch::kDouble)
                   .to(device)) {}

Parts Subnetwork::parts_of(const Copies& copies) const {
  Parts parts;
  for (std::size_t k = 0; k < copies.size(); ++k) {
    const WeightLayer& layer = plan_.weights[k];
    std::vector<std::int64_t> sizes{layer.matrix_size()};
    if (layer.bias) sizes.push_back(layer.outputs);
    if (layer.carries) sizes.push_back(1);
    parts.push_back(copies[k].split_with_sizes(sizes, 1));
  }
  return parts;
}

Tensor Subnetwork::run(const Parts& parts, const Tensor& x, bool add) const {
  Signal signal;
  const Shape& in = plan_.input;
  const Tensor& some = parts.front().front();
  signal.x = in.flat ? x.t() : x.reshape({x.size(0), in.channels, in.height, in.width});
  signal.constant = torch::ones({some.size(0)}, some.options().requires_grad(false));
  Pass(plan_, parts, add).through(plan_.layers, signal);
  return signal.x;
}

Tensor Subnetwork::each(const Copies& copies, const Tensor& x) const {
  return run(parts_of(copies), x, false);
}

Tensor Subnetwork::sum(const Copies& copies, const Tensor& x) const {
  if (size_of(copies) == 0) return torch::zeros({x.size(0), plan_.outputs}, x.options());
  return sum(parts_of(copies), x);
}

Tensor Subnetwork::sum(const Parts& parts, const Tensor& x) const { return run(parts, x, true); }

Copies Subnetwork::none(const torch::TensorOptions& options) const {
  Copies copies;
  for (const WeightLayer& layer : plan_.weights)
    copies.push_back(torch::zeros({0, layer.size()}, options));
  return copies;
}

Copies Subnetwork::random(std::int64_t count, at::Generator random,
                          const torch::TensorOptions& options) const {
  Copies copies;
  for (const WeightLayer& layer : plan_.weights) {
    // Drawn in double on the CPU: the same for every precision and device.
    Tensor weights = torch::randn({count, layer.size()}, random, torch::kDouble);
    if (layer.carries) weights.select(1, layer.size() - 1).abs_();
    copies.push_back(weights);
  }
  return each_layer(scaled(copies, to_unit(copies)),
                    [&](const Tensor& layer) { return layer.to(options); });
}

Tensor Subnetwork::squared_norms(const Copies& copies) const {
  std::vector<Tensor> blocks(plan_.degrees.size());
  for (std::size_t k = 0; k < copies.size(); ++k) {
    const Tensor square = torch::linalg_vector_norm(copies[k], 2, torch::IntArrayRef{1}).square();
    Tensor& block = blocks[plan_.weights[k].block];
    block = block.defined() ? block + square : square;
  }
  return torch::stack(blocks, 1);
}

Tensor Subnetwork::penalties(const Copies& copies, LayerPenalty penalty) const {
  return penalties_at(squared_norms(copies), penalty);
}

Subnetwork::PenaltySlope Subnetwork::penalty_slope(const Copies& copies,
                                                   LayerPenalty penalty) const {
  const torch::NoGradGuard no_graph;
  const Tensor squares = squared_norms(copies), values = penalties_at(squares, penalty);
  if (penalty == LayerPenalty::decay) return {values.sum(), torch::full_like(squares, 0.5)};
  const Tensor half_degrees = degrees_.to(squares.options()) / 2;
  const Tensor derivative =
      penalty == LayerPenalty::product
          ? values.unsqueeze(1) / squares.clamp_min(least_square) * half_degrees
          : squares.clamp_min(least_square).pow(plan_.degree() / 2.0 - 1) * half_degrees;
  return {values.sum(), derivative.masked_fill(squares <= least_square, 0)};
}

Tensor Subnetwork::penalties_at(const Tensor& squares, LayerPenalty penalty) const {
  if (penalty == LayerPenalty::decay) return squares.sum(1) / 2;
  const Tensor positive = squares.clamp_min(least_square);
  const Tensor degrees = degrees_.to(squares.options());
  if (penalty == LayerPenalty::product) return positive.pow(degrees / 2).prod(1);
  const double p = plan_.degree();
  return torch::mv(positive.pow(p / 2), degrees / p);
}

std::vector<Tensor> Subnetwork::factors_of_layers(const Tensor& factors) const {
  std::vector<Tensor> of_layers;
  for (const WeightLayer& layer : plan_.weights)
    of_layers.push_back(factors.narrow(1, static_cast<std::int64_t>(layer.block), 1));
  return of_layers;
}

Copies Subnetwork::scaled(const Copies& copies, const Tensor& factors) const {
  const std::vector<Tensor> of_layers = factors_of_layers(factors);
  Copies changed;
  for (std::size_t k = 0; k < copies.size(); ++k) changed.push_back(copies[k] * of_layers[k]);
  return changed;
}

Tensor Subnetwork::to_unit(const Copies& copies) const {
  return squared_norms(copies).clamp_min(least_square).rsqrt();
}

Tensor Subnetwork::to_balance(const Copies& copies) const {
  const Tensor logarithms = squared_norms(copies).to(torch::kDouble).clamp_min(1e-60).log() / 2;
  const Tensor degrees = degrees_.to(logarithms.options());
  const Tensor mean = torch::mv(logarithms, degrees) / degrees.sum();
  return (mean.unsqueeze(1) - logarithms).exp().to(copies.front().scalar_type());
}

Copies selected(const Copies& copies, const Tensor& places) {
  return each_layer(copies, [&](const Tensor& layer) { return layer.index_select(0, places); });
}

Copies joined(const Copies& first, const Copies& second) {
  Copies both;
  for (std::size_t k = 0; k < first.size(); ++k) both.push_back(torch::cat({first[k], second[k]}));
  return both;
}

}  // namespace hadal::deep
