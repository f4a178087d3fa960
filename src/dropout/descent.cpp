#include "hadal/dropout/descent.hpp"

#include <cmath>
#include <deque>
#include <random>

#include "hadal/descent/line_search.hpp"

namespace hadal::dropout {
namespace {

/// The layers one after another.
Vector flattened(const std::vector<Matrix>& layers) {
  Index size = 0;
  for (const Matrix& layer : layers) size += layer.size();
  Vector flat(size);
  Index at = 0;
  for (const Matrix& layer : layers) {
    flat.segment(at, layer.size()) = layer.reshaped();
    at += layer.size();
  }
  return flat;
}

void assign(const Vector& flat, LinearNetwork& network) {
  Index at = 0;
  for (Matrix& layer : network.layers) {
    layer.reshaped() = flat.segment(at, layer.size());
    at += layer.size();
  }
}

struct Pair {
  Vector step, change;
  double curvature = 0;
};

/// The two-loop recursion.
Vector direction_of(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector d = -gradient;
  std::vector<double> alpha(pairs.size());
  for (std::size_t k = pairs.size(); k-- > 0;) {
    alpha[k] = pairs[k].step.dot(d) / pairs[k].curvature;
    d -= alpha[k] * pairs[k].change;
  }
  if (!pairs.empty()) d *= pairs.back().curvature / pairs.back().change.squaredNorm();
  for (std::size_t k = 0; k < pairs.size(); ++k)
    d += (alpha[k] - pairs[k].change.dot(d) / pairs[k].curvature) * pairs[k].step;
  return d;
}

class Descent {
 public:
  Descent(const LinearData& data, const Noise& noise, LinearNetwork& network)
      : data_(data), noise_(noise), network_(network), x_(flattened(network.layers)) {
    evaluate(x_);
    gradient_ = trial_gradient_;
    objective_ = trial_;
  }

  const Objective& objective() const { return objective_; }

  /// False where nothing is gained any more.
  bool step() {
    Vector d = direction_of(gradient_, pairs_);
    if (!(d.dot(gradient_) < 0)) {
      pairs_.clear();
      d = -gradient_;
    }
    if (pairs_.empty()) d *= std::min(1.0, x_.norm() / std::max(1e-300, d.norm()) * 0.1);
    const LinePoint start{0, objective_.value(), d.dot(gradient_)};
    if (!(start.slope < 0)) return false;
    double last = 0;
    const LinePoint best = search_along(
        [&](double t) {
          last = t;
          evaluate(x_ + t * d);
          return LinePoint{t, trial_.value(), d.dot(trial_gradient_)};
        },
        start);
    if (!(best.t > 0)) {
      evaluate(x_);
      if (pairs_.empty()) return false;
      pairs_.clear();
      return true;
    }
    const Vector step = best.t * d;
    if (best.t != last) evaluate(x_ + step);
    remember(step, trial_gradient_ - gradient_);
    x_ += step;
    gradient_ = trial_gradient_;
    objective_ = trial_;
    return true;
  }

 private:
  void evaluate(const Vector& at) {
    assign(at, network_);
    trial_ = objective_and_gradient(data_, network_, noise_, layers_);
    trial_gradient_ = flattened(layers_);
  }

  void remember(const Vector& step, const Vector& change) {
    constexpr std::size_t memory = 20;
    const double curvature = step.dot(change);
    if (!(curvature > 1e-14 * step.norm() * change.norm())) return;
    pairs_.push_back({step, change, curvature});
    if (pairs_.size() > memory) pairs_.pop_front();
  }

  const LinearData& data_;
  const Noise& noise_;
  LinearNetwork& network_;
  Vector x_, gradient_, trial_gradient_;
  Objective objective_, trial_;
  std::vector<Matrix> layers_;
  std::deque<Pair> pairs_;
};

}  // namespace

DescentResult descend(const LinearData& data, const Noise& noise, const DescentOptions& options,
                      LinearNetwork& network) {
  constexpr int window = 10;
  Descent descent(data, noise, network);
  DescentResult result;
  std::deque<double> before;
  result.interrupted = !options.observe(0, descent.objective());
  while (!result.interrupted && !result.converged && result.iterations < options.iteration_max) {
    before.push_back(descent.objective().value());
    result.converged = !descent.step();
    ++result.iterations;
    result.interrupted = !options.observe(result.iterations, descent.objective());
    if (before.size() <= window) continue;
    const double value = descent.objective().value();
    if (before.front() - value <= options.tolerance * value) result.converged = true;
    before.pop_front();
  }
  result.objective = descent.objective();
  return result;
}

LinearNetwork random_network(const LinearData& data, const std::vector<Index>& widths,
                             std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  LinearNetwork network;
  Index below = data.inputs();
  const auto add = [&](Index units) {
    network.layers.push_back(Matrix::NullaryExpr(units, below, [&] { return normal(random); }));
    below = units;
  };
  for (const Index width : widths) add(width);
  add(data.outputs());
  Matrix first = network.layers.front();
  if (!data.identity()) first = first * data.input;
  for (std::size_t l = 1; l < network.layers.size(); ++l) first = network.layers[l] * first;
  const double size = first.norm();
  if (!(size > 0)) return network;
  const double scale =
      std::pow(data.target.norm() / (2 * size), 1.0 / static_cast<double>(network.layers.size()));
  for (Matrix& layer : network.layers) layer *= scale;
  return network;
}

}  // namespace hadal::dropout
