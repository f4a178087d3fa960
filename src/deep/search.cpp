#include "search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hadal::deep {
namespace {

using torch::Tensor;

constexpr std::uint64_t stream_of_starts = 1, stream_of_samples = 2;

/// <Q, map(w)> of every copy, and its gradient in their weights, a batch at a time.
struct Slope {
  Tensor value;
  Copies gradient;
};

Slope slope(const Problem& problem, const Copies& copies, const Tensor& x,
            const Tensor& direction) {
  const torch::AutoGradMode with_graph(true);
  const Copies at =
      each_layer(copies, [](const Tensor& layer) { return layer.detach().requires_grad_(true); });
  Slope sum;
  for (std::int64_t begin = 0; begin < x.size(0); begin += problem.batch()) {
    const std::int64_t end = std::min(begin + problem.batch(), x.size(0));
    const Tensor maps = problem.subnetwork().each(at, x.slice(0, begin, end));
    const Tensor value = (maps * direction.slice(0, begin, end)).sum({1, 2});
    const auto gradient = torch::autograd::grad({value.sum()}, at);
    sum.value = sum.value.defined() ? sum.value + value.detach() : value.detach();
    if (sum.gradient.empty())
      sum.gradient = gradient;
    else
      for (std::size_t k = 0; k < gradient.size(); ++k) sum.gradient[k] += gradient[k];
  }
  return sum;
}

/// A step of length `length` in every block, along the gradient, back to the sphere.
Copies stepped(const Subnetwork& subnetwork, const Copies& copies, const Copies& gradient,
               double length) {
  const Copies along = subnetwork.scaled(gradient, length * subnetwork.to_unit(gradient));
  Copies next;
  for (std::size_t k = 0; k < copies.size(); ++k) next.push_back(copies[k] + along[k]);
  return subnetwork.scaled(next, subnetwork.to_unit(next));
}

/// The last layer is linear: turned round where a copy collects less than nothing.
void turn(Copies& copies, const Tensor& value) {
  copies.back() =
      copies.back() *
      torch::where(value < 0, -torch::ones_like(value), torch::ones_like(value)).unsqueeze(1);
}

Copies ascended(const Problem& problem, Copies copies, const Tensor& x, const Tensor& direction,
                const SearchOptions& options) {
  const int steps = options.steps;
  Copies best = copies;
  Tensor best_value;
  for (int step = 0; step <= steps; ++step) {
    Slope at = slope(problem, copies, x, direction);
    const torch::NoGradGuard no_graph;
    if (!best_value.defined()) {
      turn(copies, at.value);
      best = copies;
      best_value = at.value.abs();
      at = {best_value, slope(problem, copies, x, direction).gradient};
    }
    const Tensor better = (at.value > best_value).unsqueeze(1);
    for (std::size_t k = 0; k < copies.size(); ++k)
      best[k] = torch::where(better, copies[k], best[k]);
    best_value = torch::maximum(best_value, at.value);
    // Long steps first: in few of them the ascents have to come near a top.
    const double length = std::max(0.02, 1 - static_cast<double>(step) / steps);
    copies = stepped(problem.subnetwork(), copies, at.gradient, length);
    if (options.ended()) break;
  }
  return best;
}

double derivative(const Loss& loss, const Samples& samples, const Tensor& z, const Tensor& m,
                  double t, double lambda) {
  return (loss.gradient(z + t * m, samples) * m).sum().item<double>() + lambda;
}

Samples in_double(Samples samples) {
  samples.y = samples.y.to(torch::kDouble);
  if (samples.weight.defined()) samples.weight = samples.weight.to(torch::kDouble);
  return samples;
}

}  // namespace

Found search_polar(const Problem& problem, const Tensor& gradient, const SearchOptions& options,
                   const Copies& more) {
  const Samples& all = problem.samples();
  Tensor x = all.x, direction = -gradient.to(all.x.scalar_type());
  if (options.samples < all.count()) {
    const Tensor places = torch::randperm(
        all.count(), generator(options.seed, stream_of_samples, options.time), torch::kLong);
    const Tensor few = places.slice(0, 0, options.samples).to(x.device());
    x = x.index_select(0, few);
    direction = direction.index_select(0, few);
  }
  const Subnetwork& subnetwork = problem.subnetwork();
  const Copies starts = joined(
      subnetwork.random(options.starts, generator(options.seed, stream_of_starts, options.time),
                        x.options()),
      subnetwork.scaled(more, subnetwork.to_unit(more)));
  Copies copies = ascended(problem, starts, x, direction, options);

  const torch::NoGradGuard no_graph;
  Found found;
  found.outputs = problem.each_output(copies).to(torch::kDouble);
  const Tensor value = -(found.outputs * gradient.to(torch::kDouble)).sum({1, 2});
  const Tensor order = value.argsort(-1, true);
  found.copies = selected(copies, order);
  found.outputs = found.outputs.index_select(0, order);
  const Tensor sorted = value.index_select(0, order).cpu().contiguous();
  found.collected.assign(sorted.data_ptr<double>(), sorted.data_ptr<double>() + sorted.numel());
  return found;
}

double best_scale(const Loss& loss, const Samples& samples, const Tensor& z, const Tensor& m,
                  double lambda) {
  const auto slope_at = [&](double t) { return derivative(loss, samples, z, m, t, lambda); };
  if (!(slope_at(0) < 0)) return 0;
  double low = 0, high = 1;
  constexpr int doublings = 60, halvings = 40;
  for (int k = 0; k < doublings && slope_at(high) < 0; ++k) {
    low = high;
    high *= 2;
  }
  for (int k = 0; k < halvings; ++k) {
    const double middle = (low + high) / 2;
    (slope_at(middle) < 0 ? low : high) = middle;
  }
  return low;
}

std::int64_t append(const Problem& problem, const Found& found, double lambda, std::int64_t count,
                    Copies& copies, Tensor& z) {
  const torch::NoGradGuard no_graph;
  const Samples samples = in_double(problem.samples());
  std::vector<std::int64_t> places;
  std::vector<double> factors;
  const double p = problem.subnetwork().plan().degree();
  for (std::size_t k = 0; k < found.collected.size(); ++k) {
    if (static_cast<std::int64_t>(places.size()) == count) break;
    // What the ones before it explain no longer calls for it.
    const Tensor m = found.outputs[static_cast<std::int64_t>(k)];
    const double scale = best_scale(problem.loss(), samples, z, m, lambda);
    if (scale == 0) continue;
    z = z + scale * m;
    places.push_back(static_cast<std::int64_t>(k));
    factors.push_back(std::pow(scale, 1 / p));
  }
  if (places.empty()) return 0;
  const Copies added =
      selected(found.copies, torch::tensor(places, torch::kLong).to(copies.front().device()));
  const Tensor factor = torch::tensor(factors, torch::kDouble).to(copies.front().options());
  copies = joined(
      copies, each_layer(added, [&](const Tensor& layer) { return layer * factor.unsqueeze(1); }));
  return static_cast<std::int64_t>(places.size());
}

std::int64_t append_at_any_length(const Problem& problem, const Found& found, double lambda,
                                  std::int64_t count, Copies& copies, Tensor& z) {
  const torch::NoGradGuard no_graph;
  constexpr int shortest = -16, longest = 8;  // powers of the root of two
  double least = problem.objective(copies, z, lambda);
  std::int64_t appended = 0;
  for (std::size_t k = 0; k < found.collected.size() && appended < count; ++k) {
    const auto place = static_cast<std::int64_t>(k);
    const Copies unit =
        each_layer(found.copies, [&](const Tensor& layer) { return layer.narrow(0, place, 1); });
    Copies best;
    Tensor best_z;
    for (int power = shortest; power <= longest; ++power) {
      const double length = std::pow(2.0, power / 2.0);
      const Copies more =
          joined(copies, each_layer(unit, [&](const Tensor& layer) { return layer * length; }));
      const Tensor at =
          z + std::pow(length, problem.subnetwork().plan().degree()) * found.outputs[place];
      const double objective = problem.objective(more, at, lambda);
      if (!(objective < least)) continue;
      least = objective;
      best = more;
      best_z = at;
    }
    if (best.empty()) continue;
    copies = best;
    z = best_z;
    ++appended;
  }
  return appended;
}

Rescaled rescale(const Problem& problem, const Copies& copies, double lambda, Tensor& z) {
  const torch::NoGradGuard no_graph;
  const Samples samples = in_double(problem.samples());
  const Tensor maps = problem.each_output(copies).to(torch::kDouble);
  const Tensor penalties =
      problem.subnetwork().penalties(copies, problem.penalty()).to(torch::kDouble).cpu();
  std::vector<std::int64_t> places;
  std::vector<double> factors;
  for (std::int64_t i = 0; i < maps.size(0); ++i) {
    const double penalty = penalties[i].item<double>();
    if (!(penalty > 0)) continue;
    const Tensor rest = z - maps[i];
    const double scale = best_scale(problem.loss(), samples, rest, maps[i], lambda * penalty);
    z = rest + scale * maps[i];
    if (scale == 0) continue;
    places.push_back(i);
    factors.push_back(scale);
  }
  return {torch::tensor(places, torch::kLong).to(copies.front().device()),
          torch::tensor(factors, torch::kDouble).to(copies.front().options())};
}

}  // namespace hadal::deep
