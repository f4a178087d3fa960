#include "hadal/fit/dropout_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "../certify/verified_gram.hpp"
#include "dropout_options.hpp"
#include "dropout_scaling.hpp"
#include "hadal/dropout/closed_form.hpp"
#include "hadal/dropout/descent.hpp"
#include "hadal/dropout/lower_bound.hpp"
#include "hadal/dropout/optimal_network.hpp"
#include "hadal/dropout/training.hpp"
#include "hadal/error.hpp"
#include "hadal/version.hpp"
#include "resources.hpp"

namespace hadal {
namespace {

using namespace dropout;

/// One fit, of data near size one.
class DropoutFit {
 public:
  DropoutFit(const LinearData& data, const DropoutFitOptions& options, const FitObserver& observe)
      : data_(data),
        options_(options),
        observe_(observe),
        scaling_(data, options.widths.empty() ? 2 : options.widths.size() + 1),
        near_one_(scaling_.apply(data)),
        reduced_(reduce(near_one_)) {}

  DropoutModel run() {
    choose_width();
    decompose();
    switch (options_.method) {
      case DropoutMethod::closed:
        solve_closed();
        break;
      case DropoutMethod::descent:
        descend_from(random_network(near_one_, widths_, options_.seed));
        break;
      case DropoutMethod::sgd:
        train_network();
        break;
      case DropoutMethod::equalise:
        equalise_target();
        break;
    }
    return finished();
  }

 private:
  /// Where none is given, the rank that the penalty leaves of the data, which does not depend on
  /// the width when the retain probability is adapted to it.
  void choose_width() {
    model_.noise = options_.noise;
    widths_ = options_.widths;
    model_.auto_width = widths_.empty();
    const Index block = options_.noise.block;
    if (widths_.empty()) {
      penalty_ = induced_penalty({block}, options_.noise);
      penalty_.rank_max = std::min(solved().outputs(), solved().samples());
      decompose();
      const Index kept = options_.method == DropoutMethod::equalise
                             ? triplets_.size()
                             : shrunk(penalty_, triplets_).values.size();
      const Index rank = std::max<Index>(1, kept);
      widths_ = {(rank + block - 1) / block * block};
    }
    if (model_.auto_width || options_.adaptive)
      model_.noise.retain =
          adapted_retain(options_.noise.retain, static_cast<double>(widths_.front() / block));
    model_.retain_start = model_.noise.retain;
    if (options_.retain_end > 0) model_.noise.retain = options_.retain_end;
    penalty_ = induced_penalty(widths_, model_.noise);
  }

  /// The data in the row space of the input.
  const LinearData& solved() const { return near_one_.identity() ? near_one_ : reduced_.data; }

  /// The singular values that decide the optimum, and their vectors.
  void decompose() {
    // What is to be computed itself leaves nothing to a bound.
    const double accuracy = options_.method == DropoutMethod::equalise ? 1e-13 : 1e-9;
    const Matrix& target = solved().target;
    const auto wanted = [this](const Vector& found) {
      return options_.method == DropoutMethod::equalise ? rank_of(found)
                                                        : deciding(penalty_, found);
    };
    if (triplets_.size() > 0 && wanted(triplets_.values) <= triplets_.size()) return;
    triplets_ = leading_singular(target, wanted, accuracy, options_.seed);
    passes_ += triplets_.passes / static_cast<double>(target.cols());
  }

  void solve_closed() {
    const Spectrum best = shrunk(penalty_, triplets_);
    if (auto network = exact_network(best, widths_, model_.noise.block)) {
      keep(in_input(std::move(*network)));
      return;
    }
    descend_from(in_input(split_network(best, widths_)));
    // There may be local minima: several starts, unless one is proved to be enough.
    constexpr std::uint64_t starts = 8;
    const double bound = bound_optimum().value;
    for (std::uint64_t start = 1; start <= starts && !stopped_; ++start) {
      if (best_.value() - bound <= options_.tolerance * best_.value()) return;
      descend_from(random_network(near_one_, widths_, options_.seed + start));
    }
  }

  /// How many values are more than rounding; one more than there are where it cannot be told.
  Index rank_of(const Vector& found) const {
    constexpr double rounding = 1e-13;
    const double least = found.size() ? rounding * found[0] : 0.0;
    const Index rank = (found.array() > least).count();
    const Index most = std::min(solved().outputs(), solved().samples());
    return rank == found.size() && rank < most ? rank + 1 : rank;
  }

  void equalise_target() {
    const Index width = *std::ranges::min_element(widths_);
    if (triplets_.size() > width)
      throw ArgumentError(fmt::format(
          "the target has rank {} and is to be computed by a network of width {}; expected a width "
          "that is not less",
          triplets_.size(), width));
    const Spectrum all{triplets_.values, triplets_.left, triplets_.right};
    auto network = exact_network(all, widths_, model_.noise.block);
    keep(network ? std::move(*network) : split_network(all, widths_));
    bound_.emplace();
    bound_->value =
        penalty_lower_bound(near_one_.target, penalty_, triplets_.left,
                            support_dual(triplets_.values, penalty_.block), triplets_.right);
    bound_->rest.proof = Proof::deterministic;
    bound_->rest.failure_probability = 0;
  }

  /// From the row space of the input to the input itself.
  LinearNetwork in_input(LinearNetwork network) const {
    if (!near_one_.identity()) network.layers.front() = network.layers.front() * reduced_.inverse;
    return network;
  }

  void keep(LinearNetwork network) {
    const Objective value = objective(near_one_, network, model_.noise);
    if (!model_.network.layers.empty() && !(value.value() < best_.value())) return;
    best_ = value;
    model_.network = std::move(network);
  }

  void descend_from(LinearNetwork start) {
    DescentOptions options;
    options.iteration_max = options_.iteration_max;
    options.observe = [this](int iteration, const Objective& at) {
      constexpr int every = 20;
      if (iteration % every == 0) tell(iteration, at.value());
      return may_go_on();
    };
    const DescentResult result = descend(near_one_, model_.noise, options, start);
    model_.iterations += result.iterations;
    tell(result.iterations, result.objective.value());
    if (!result.converged && !stopped_) model_.stop = StopReason::iteration_limit;
    keep(std::move(start));
  }

  void train_network() {
    TrainingOptions options;
    options.epochs = options_.epochs;
    options.batch = options_.batch;
    options.step = options_.step;
    options.retain_end = options_.retain_end;
    options.seed = options_.seed;
    options.observe = [this](const CurvePoint& point) {
      tell(static_cast<int>(point.epoch), point.deterministic);
      return may_go_on();
    };
    Noise start = model_.noise;
    start.retain = model_.retain_start;
    LinearNetwork network = random_network(near_one_, widths_, options_.seed);
    TrainingResult result = train(near_one_, start, options, network);
    model_.noise = result.noise;
    model_.iterations = result.epochs;
    if (result.diverged) model_.stop = StopReason::stalled;
    for (CurvePoint& point : result.curve) {
      point.deterministic = scaling_.squared(point.deterministic);
      point.stochastic = scaling_.squared(point.stochastic);
      point.standard_error = scaling_.squared(point.standard_error);
    }
    model_.curve = std::move(result.curve);
    penalty_ = induced_penalty(widths_, model_.noise);
    decompose();
    keep(std::move(network));
  }

  void tell(int iteration, double value) {
    if (!std::isfinite(value)) return;
    OuterIteration at;
    at.iteration = iteration;
    at.size = *std::ranges::min_element(widths_);
    at.objective = scaling_.squared(value);
    at.lower_bound = -std::numeric_limits<double>::infinity();
    at.relative_gap = std::numeric_limits<double>::infinity();
    at.seconds = watch_.elapsed();
    at.passes = passes_;
    model_.trace.push_back(at);
    if (observe_ && !observe_({"fit", 0, 0, at})) stop(StopReason::interrupted);
  }

  bool may_go_on() {
    if (options_.cancelled()) stop(StopReason::interrupted);
    if (watch_.left() <= 0) stop(StopReason::time_limit);
    return !stopped_;
  }

  void stop(StopReason why) {
    stopped_ = true;
    model_.stop = why;
  }

  Matrix proof_right() const {
    return near_one_.identity() ? triplets_.right : Matrix(reduced_.basis * triplets_.right);
  }

  /// The same whenever it is asked for.
  const DropoutBound& bound_optimum() {
    if (!bound_) {
      BoundRequest request;
      request.proof = options_.proof;
      request.failure_probability = options_.failure_probability;
      // A claim about every width is one about products of every rank.
      request.rank_max = model_.auto_width ? std::min(data_.outputs(), data_.samples())
                                           : *std::ranges::min_element(widths_);
      request.seed = options_.seed + 1;
      bound_ = lower_bound(near_one_, reduced_, penalty_, triplets_.left, proof_right(), request);
    }
    return *bound_;
  }

  /// || M X - Y ||^2 is computed from products that are rounded by gamma of their lengths times the
  /// norms that enter.
  double error_margin() const {
    double size = near_one_.identity() ? 1 : near_one_.input.norm(), length = 8;
    for (const Matrix& layer : model_.network.layers) {
      size *= layer.norm();
      length += static_cast<double>(layer.cols());
    }
    const double rounding = rounding_gamma(length) * (size + near_one_.target.norm());
    return rounding * (2 * std::sqrt(best_.error) + rounding);
  }

  void certify() {
    Certificate& claim = model_.certificate;
    const DropoutBound& bound = bound_optimum();
    const double objective = best_.value() + error_margin();
    claim.objective = scaling_.squared(objective);
    claim.lower_bound = std::min(claim.objective, scaling_.squared(bound.value));
    claim.gap = claim.objective - claim.lower_bound;
    // In scaled units: a small objective may have no digits in the user's own. Below a trillionth
    // of the target's squares there is only rounding.
    constexpr double smallest = 1e-12;
    const double size = std::max(objective, smallest * near_one_.target.squaredNorm());
    claim.relative_gap = size > 0 ? std::max(0.0, objective - bound.value) / size : 0.0;
    claim.polar_bound = std::ldexp(bound.rest.value, scaling_.target());
    claim.proof = bound.rest.proof;
    claim.failure_probability = bound.rest.failure_probability;
    claim.method = options_.method == DropoutMethod::equalise
                       ? "dual point of the norm at the target"
                       : "singular values of the target, those left out by: " + bound.rest.method;
    if (std::isfinite(objective)) return;
    claim.proof = Proof::none;
    claim.failure_probability = 1;
    claim.relative_gap = std::numeric_limits<double>::infinity();
  }

  DropoutModel finished() {
    certify();
    model_.lambda = penalty_.strength;
    model_.with_input = !data_.identity();
    model_.proof_left = triplets_.left;
    model_.proof_right = proof_right();
    const double unit = std::ldexp(1.0, scaling_.target());
    model_.target_values = triplets_.values * unit;
    model_.product_values = product_values(model_.network, near_one_.input) * unit;
    if (widths_.size() == 1)
      model_.unit_products = unit_products(model_.network, near_one_.input) * unit;
    model_.train_error =
        std::sqrt(scaling_.squared(best_.error) / static_cast<double>(data_.target.size()));
    scaling_.undo(model_.network);
    model_.tolerance = options_.tolerance;
    model_.status = status_of(model_.certificate, options_.tolerance);
    const bool optimal = model_.status == Status::optimal;
    if (model_.stop == StopReason::tolerance && !optimal) model_.stop = StopReason::exhausted;
    // A descent ends by its own steps, and may have been near enough before.
    if (model_.stop == StopReason::iteration_limit && optimal) model_.stop = StopReason::tolerance;
    finish_trace();
    model_.seed = options_.seed;
    model_.version = version;
    model_.validation_error = std::numeric_limits<double>::quiet_NaN();
    constexpr const char* names[] = {"closed", "descent", "sgd", "equalise"};
    model_.method = names[static_cast<int>(options_.method)];
    model_.seconds = watch_.elapsed();
    return std::move(model_);
  }

  void finish_trace() {
    const Certificate& claim = model_.certificate;
    OuterIteration last;
    last.iteration = model_.iterations;
    last.size = model_.product_values.size();
    last.objective = claim.objective;
    last.lower_bound = claim.lower_bound;
    last.relative_gap = claim.relative_gap;
    last.polar = 0;
    last.seconds = watch_.elapsed();
    last.passes = passes_;
    model_.trace.push_back(last);
  }

  const LinearData& data_;
  const DropoutFitOptions& options_;
  const FitObserver& observe_;
  Stopwatch watch_{options_.time_limit};
  Scaling scaling_;
  LinearData near_one_;
  ReducedData reduced_;
  std::vector<Index> widths_;
  InducedPenalty penalty_;
  SingularTriplets triplets_;
  Objective best_;
  std::optional<DropoutBound> bound_;
  double passes_ = 0;
  bool stopped_ = false;
  DropoutModel model_;
};

}  // namespace

DropoutModel fit_dropout(const LinearData& data, const DropoutFitOptions& options,
                         const FitObserver& observe) {
  check_dropout_options(options);
  if (options.method == DropoutMethod::equalise && !data.identity())
    throw ArgumentError("the target itself was to be equalised with an input; expected none");
  require_valid(data);
  const BlasThreads threads(options.threads, data.target.size());
  return DropoutFit(data, options, observe).run();
}

}  // namespace hadal
