#include "hadal/network/map.hpp"

#include <fmt/format.h>

#include <limits>

#include "hadal/error.hpp"

namespace hadal {
namespace {

/// What passes between layers: values of every sample, and the carried constant.
struct Signal {
  Factor x;
  double constant = 1;
};

/// The weights of a layer by their roles.
struct Roles {
  Eigen::Map<const Factor> matrix;
  const double *bias, *carry;
};

Roles roles_of(const WeightLayer& layer, const Vector& weights) {
  const double* at = weights.data();
  const Eigen::Map<const Factor> matrix(at, layer.outputs, layer.matrix_size() / layer.outputs);
  at += layer.matrix_size();
  const double* const bias = layer.bias ? at : nullptr;
  if (layer.bias) at += layer.outputs;
  return {matrix, bias, layer.carries ? at : nullptr};
}

/// Calls visit(place within the window, place in the picture) for every part of the window at
/// (top, left) that lies in the picture.
template <class Visit>
void over_window(const Layer& layer, const Shape& in, Index row, Index column, const Visit& visit) {
  const Index top = row * layer.stride - layer.padding;
  const Index left = column * layer.stride - layer.padding;
  for (Index i = 0; i < layer.kernel; ++i)
    for (Index j = 0; j < layer.kernel; ++j) {
      const Index y = top + i, x = left + j;
      if (y >= 0 && y < in.height && x >= 0 && x < in.width)
        visit(i * layer.kernel + j, y * in.width + x);
    }
}

/// Every window of a sample in a column: (channels x kernel x kernel) x places.
Factor windows_of(const PlannedLayer& at, const double* sample) {
  const Shape &in = at.in, &out = at.out;
  const Index window = at.layer.kernel * at.layer.kernel;
  Factor columns = Factor::Zero(in.channels * window, out.height * out.width);
  for (Index row = 0; row < out.height; ++row)
    for (Index column = 0; column < out.width; ++column)
      over_window(at.layer, in, row, column, [&](Index within, Index place) {
        for (Index c = 0; c < in.channels; ++c)
          columns(c * window + within, row * out.width + column) =
              sample[c * in.height * in.width + place];
      });
  return columns;
}

Factor pooled(const PlannedLayer& at, const Factor& x) {
  const Shape &in = at.in, &out = at.out;
  const bool largest = at.layer.kind == Layer::Kind::max_pool;
  const double part = 1 / static_cast<double>(at.layer.kernel * at.layer.kernel);
  Factor y(x.rows(), out.size());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index k = 0; k < out.size(); ++k) {
      const Index place = k % (out.height * out.width), channel = k / (out.height * out.width);
      const double* const from = x.row(i).data() + channel * in.height * in.width;
      double value = largest ? -std::numeric_limits<double>::infinity() : 0;
      over_window(at.layer, in, place / out.width, place % out.width, [&](Index, Index pixel) {
        value = largest ? std::max(value, from[pixel]) : value + part * from[pixel];
      });
      y(i, k) = value;
    }
  return y;
}

double activated(const Activation& activation, double c) {
  if (activation.kind == Activation::Kind::square) return c * c;
  if (!activation.two_slopes()) return c;
  return c >= 0 ? c : activation.slope_below() * c;
}

/// Maxout takes channels that follow one another: their pixels lie apart.
Factor activated(const PlannedLayer& at, const Factor& x) {
  const Activation& activation = at.layer.activation;
  Factor y;
  if (activation.kind != Activation::Kind::maxout) {
    activate(activation, x, y);
    return y;
  }
  const Index pixels = at.in.height * at.in.width;
  y.resize(x.rows(), at.out.size());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index c = 0; c < at.out.channels; ++c)
      for (Index pixel = 0; pixel < pixels; ++pixel) {
        double largest = -std::numeric_limits<double>::infinity();
        for (Index piece = 0; piece < activation.pieces; ++piece)
          largest = std::max(largest, x(i, (c * activation.pieces + piece) * pixels + pixel));
        y(i, c * pixels + pixel) = largest;
      }
  return y;
}

/// The layers applied one after the other.
class Pass {
 public:
  Pass(const Plan& plan, const std::vector<Vector>& weights) : plan_(plan), weights_(weights) {}

  void through(const std::vector<PlannedLayer>& layers, Signal& signal) const {
    for (const PlannedLayer& at : layers) step(at, signal);
  }

 private:
  void step(const PlannedLayer& at, Signal& signal) const {
    switch (at.layer.kind) {
      case Layer::Kind::linear:
      case Layer::Kind::output:
      case Layer::Kind::conv2d:
        weigh(at, signal);
        break;
      case Layer::Kind::activation:
        signal.x = activated(at, signal.x);
        signal.constant = activated(at.layer.activation, signal.constant);
        break;
      case Layer::Kind::max_pool:
      case Layer::Kind::mean_pool:
        signal.x = pooled(at, signal.x);
        break;
      case Layer::Kind::flatten:
        break;
      case Layer::Kind::skip:
        add_branches(at, signal);
        break;
    }
  }

  void weigh(const PlannedLayer& at, Signal& signal) const {
    const auto number = static_cast<std::size_t>(at.weights);
    const Roles roles = roles_of(plan_.weights[number], weights_[number]);
    Factor y(signal.x.rows(), at.out.size());
    if (at.layer.kind == Layer::Kind::conv2d) {
      for (Index i = 0; i < y.rows(); ++i)
        Eigen::Map<Factor>(y.row(i).data(), at.out.channels, at.out.height * at.out.width) =
            roles.matrix * windows_of(at, signal.x.row(i).data());
    } else {
      y.noalias() = signal.x * roles.matrix.transpose();
    }
    const Index pixels = at.out.height * at.out.width;
    if (roles.bias)
      for (Index k = 0; k < y.cols(); ++k)
        y.col(k).array() += roles.bias[k / pixels] * signal.constant;
    signal.x = std::move(y);
    if (roles.carry) signal.constant *= *roles.carry;
  }

  void add_branches(const PlannedLayer& at, Signal& signal) const {
    Signal sum;
    for (std::size_t b = 0; b < at.branches.size(); ++b) {
      Signal own = signal;
      through(at.branches[b], own);
      if (b == 0) {
        sum = std::move(own);
      } else {
        sum.x += own.x;
        sum.constant += own.constant;
      }
    }
    signal = std::move(sum);
  }

  const Plan& plan_;
  const std::vector<Vector>& weights_;
};

void require_sizes(const Plan& plan, const std::vector<Vector>& weights, const Factor& inputs) {
  if (inputs.cols() != plan.input.size())
    throw ArgumentError(fmt::format("samples of {} values were given; expected {}", inputs.cols(),
                                    plan.input.size()));
  if (weights.size() != plan.weights.size())
    throw ArgumentError(fmt::format("weights of {} layers were given; expected {}", weights.size(),
                                    plan.weights.size()));
  for (std::size_t k = 0; k < weights.size(); ++k)
    if (weights[k].size() != plan.weights[k].size())
      throw ArgumentError(fmt::format("{} weights of {} were given; expected {}", weights[k].size(),
                                      plan.weights[k].name, plan.weights[k].size()));
}

}  // namespace

Factor map_of(const Plan& plan, const std::vector<Vector>& weights, const Factor& inputs) {
  require_sizes(plan, weights, inputs);
  Signal signal{inputs, 1};
  Pass(plan, weights).through(plan.layers, signal);
  return std::move(signal.x);
}

}  // namespace hadal
