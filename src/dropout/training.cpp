#include "hadal/dropout/training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hadal/certify/lanczos.hpp"

namespace hadal::dropout {
namespace {

constexpr int curve_points = 60, draws_per_point = 24;

/// sigma_1, roughly.
double largest_value(const Matrix& a) {
  Vector through;
  Lanczos lanczos(a.cols(), 1, [&](const Vector& x, Vector& y) {
    through.noalias() = a * x;
    y.noalias() = a.transpose() * through;
  });
  lanczos.run_to(std::min<Index>(a.cols(), 12));
  return std::sqrt(lanczos.ritz_values()[0]);
}

/// The curvature of the error in one layer where all of them share the target evenly: of L layers,
/// each of norm (sigma(Y) / sigma(X))^(1 / L).
double curvature(const LinearData& data, std::size_t layers) {
  const double y = std::max(1e-300, largest_value(data.target));
  const double x = data.identity() ? 1.0 : std::max(1e-300, largest_value(data.input));
  return 2 * std::pow(y / x, 2 - 2 / static_cast<double>(layers)) * x * x;
}

class Training {
 public:
  Training(const LinearData& data, const Noise& noise, const TrainingOptions& options,
           LinearNetwork& network)
      : data_(data),
        options_(options),
        network_(network),
        stochastic_(data, options.seed),
        order_(static_cast<std::size_t>(data.samples())) {
    result_.noise = noise;
    start_ = noise.retain;
    std::iota(order_.begin(), order_.end(), Index{0});
    batch_ = options.batch > 0 ? std::min(options.batch, data.samples())
                               : std::min<Index>(data.samples(), 256);
    const double fraction = static_cast<double>(batch_) / static_cast<double>(data.samples());
    // Masks multiply curvature by up to 1 / t^2 for each hidden layer, batches by samples / batch.
    const double hidden = static_cast<double>(network.layers.size() - 1);
    step_ = options.step > 0 ? options.step
                             : 0.5 * fraction * std::pow(start_, 2 * hidden) /
                                   curvature(data, network.layers.size());
  }

  TrainingResult run() {
    const LinearNetwork start = network_;
    while (!attempt()) {
      // Diverged: from the start again, with a smaller step unless one was asked for.
      network_ = start;
      result_.diverged = options_.step > 0;
      if (result_.diverged) {
        result_.curve.pop_back();
        break;
      }
      step_ /= 4;
      result_.curve.clear();
      result_.noise.retain = start_;
      mean_.clear();
      averaged_ = 0;
    }
    if (averaged_ > 0 && !result_.diverged) network_.layers = mean_;
    return std::move(result_);
  }

 private:
  /// False where the objective grew out of all proportion.
  bool attempt() {
    const int every = std::max(1, options_.epochs / curve_points);
    record(0);
    for (int epoch = 0; epoch < options_.epochs && !result_.interrupted; ++epoch) {
      anneal(epoch);
      one_epoch(step_at(epoch));
      average(epoch);
      result_.epochs = epoch + 1;
      if ((epoch + 1) % every == 0 || epoch + 1 == options_.epochs) record(epoch + 1);
      constexpr double growth = 10;
      const double now = result_.curve.back().deterministic;
      if (!(now <= growth * result_.curve.front().deterministic)) return false;
    }
    return true;
  }

  double step_at(int epoch) const {
    constexpr double fall = 40;
    const double progress = static_cast<double>(epoch) / options_.epochs;
    return progress < 0.5 ? step_ : step_ / (1 + fall * (2 * progress - 1));
  }

  void anneal(int epoch) {
    if (options_.retain_end <= 0) return;
    const double progress = (epoch + 1.0) / options_.epochs;
    result_.noise.retain = start_ + (options_.retain_end - start_) * progress;
  }

  void one_epoch(double step) {
    for (std::size_t k = order_.size(); k > 1; --k)
      std::swap(order_[k - 1],
                order_[static_cast<std::size_t>(stochastic_.masks().below(static_cast<Index>(k)))]);
    for (std::size_t at = 0; at < order_.size(); at += static_cast<std::size_t>(batch_)) {
      const std::size_t end = std::min(order_.size(), at + static_cast<std::size_t>(batch_));
      const std::vector<Index> samples(order_.begin() + static_cast<std::ptrdiff_t>(at),
                                       order_.begin() + static_cast<std::ptrdiff_t>(end));
      stochastic_.draw(network_, result_.noise, samples, gradient_);
      for (std::size_t l = 0; l < gradient_.size(); ++l) network_.layers[l] -= step * gradient_[l];
    }
  }

  void average(int epoch) {
    if (4 * (epoch + 1) <= 3 * options_.epochs) return;
    ++averaged_;
    if (mean_.empty()) mean_ = network_.layers;
    for (std::size_t l = 0; l < mean_.size(); ++l)
      mean_[l] += (network_.layers[l] - mean_[l]) / averaged_;
  }

  void record(int epoch) {
    std::vector<Index> all(order_.size());
    std::iota(all.begin(), all.end(), Index{0});
    double sum = 0, squares = 0;
    for (int k = 0; k < draws_per_point; ++k) {
      const double value = stochastic_.draw(network_, result_.noise, all, gradient_);
      const double change = value - sum;
      sum += change / (k + 1);
      squares += change * (value - sum);
    }
    CurvePoint point;
    point.epoch = epoch;
    point.retain = result_.noise.retain;
    point.deterministic = objective(data_, network_, result_.noise).value();
    point.stochastic = sum;
    point.standard_error = std::sqrt(squares / (draws_per_point * (draws_per_point - 1)));
    result_.curve.push_back(point);
    if (!options_.observe(point)) result_.interrupted = true;
  }

  const LinearData& data_;
  const TrainingOptions& options_;
  LinearNetwork& network_;
  StochasticObjective stochastic_;
  std::vector<Index> order_;
  Index batch_ = 1;
  double start_ = 1, step_ = 0;
  std::vector<Matrix> gradient_, mean_;
  int averaged_ = 0;
  TrainingResult result_;
};

}  // namespace

TrainingResult train(const LinearData& data, const Noise& noise, const TrainingOptions& options,
                     LinearNetwork& network) {
  return Training(data, noise, options, network).run();
}

}  // namespace hadal::dropout
