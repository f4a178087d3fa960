#include "training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <utility>

#include "../fit/resources.hpp"
#include "deep_state.hpp"
#include "device.hpp"
#include "hadal/error.hpp"
#include "hadal/version.hpp"
#include "search.hpp"

namespace hadal::deep {
namespace {

using torch::Tensor;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t stream_of_batches = 3, stream_of_held = 4;
/// Searches come no later than this part of the epochs: new copies have to be trained, too.
constexpr double growth_part = 0.7;

/// The samples to train on and those held out, at random.
struct Split {
  SampleData train, held;
  std::vector<Index> of_held;  ///< their places, increasing

  Split(const SampleData& data, const DeepFitOptions& options) : train(data) {
    require_samples(data);
    if (options.validation == 0) return;
    const Index count = data.samples();
    if (count < 2) throw DataError("one sample was given; expected at least two, to hold some out");
    const Tensor order =
        torch::randperm(count, generator(options.seed, stream_of_held, 0), torch::kLong);
    const auto* const places = order.data_ptr<std::int64_t>();
    const Index some = std::clamp<Index>(
        std::lround(options.validation * static_cast<double>(count)), 1, count - 1);
    of_held.assign(places, places + some);
    std::vector<Index> of_train(places + some, places + count);
    std::sort(of_held.begin(), of_held.end());
    std::sort(of_train.begin(), of_train.end());
    held = samples_at(data, of_held);
    train = samples_at(data, of_train);
  }
};

}  // namespace

class Fit {
 public:
  Fit(const SampleData& data, const DeepFitOptions& options, const FitObserver& observer,
      const ChoiceRecord& choice)
      : options_(options),
        observer_(observer),
        clock_(options.time_limit),
        split_(data, options),
        frame_(split_.train, options),
        tensors_(torch::TensorOptions().dtype(torch::kFloat).device(device())),
        problem_(Subnetwork(frame_.plan(), tensors_.device()),
                 frame_.samples(split_.train, tensors_), frame_.loss(), options.penalty,
                 options.batch),
        choice_(choice) {
    if (choice_.identity.empty()) choice_.identity = identity_of(data, options);
    if (split_.held.samples() > 0)
      held_.emplace(problem_.subnetwork(), frame_.samples(split_.held, tensors_), frame_.loss(),
                    options.penalty, options.batch);
  }

  DeepModel run() {
    if (!options_.resume.empty())
      state_ = resumed(options_.resume, choice_.identity, problem_.subnetwork(), tensors_);
    train(options_.lambda);
    last_search();
    return finished();
  }

  DeepModel of_fold(double ratio) {
    state_ = {};
    stop_.reset();
    train({LambdaChoice::Kind::ratio, ratio, 0, false});
    return finished();
  }

 private:
  bool matched() const { return options_.penalty != LayerPenalty::decay; }
  bool out_of_patience() const { return state_.epoch - state_.best_epoch >= options_.patience; }
  bool full() const { return options_.size_max > 0 && size_of(state_.copies) >= options_.size_max; }

  void train(const LambdaChoice& lambda) {
    begin(lambda);
    while (state_.epoch < options_.epochs && !stop_) epoch();
    if (held_ && std::isfinite(state_.best_error))
      state_.copies = state_.best;
    else
      tidy();
  }

  void begin(const LambdaChoice& lambda) {
    if (state_.epoch > 0) {
      if (held_ && out_of_patience()) stop_ = StopReason::exhausted;
    } else {
      state_.copies = state_.best = problem_.subnetwork().none(tensors_);
      state_.adam = Adam(state_.copies);
      constexpr int steps = 40;
      constexpr Index samples = 1024;
      if (!first_)
        first_ = search({2 * options_.starts, steps, samples, options_.seed, 0}, state_.copies);
      state_.lambda_max = state_.polar = std::max(0.0, first_->collected.front());
    }
    lambda_ = lambda.kind == LambdaChoice::Kind::absolute ? lambda.value / frame_.lambda_unit()
                                                          : lambda.value * state_.lambda_max;
    lambda_ = std::max(lambda_, std::numeric_limits<double>::min());
  }

  /// At the present copies.
  Found search(SearchOptions search_options, const Copies& more) {
    search_options.ended = [this] { return clock_.left() <= 0 || options_.cancelled(); };
    z_ = problem_.outputs(state_.copies).to(torch::kDouble);
    Samples precise = problem_.samples();
    precise.y = precise.y.to(torch::kDouble);
    if (precise.weight.defined()) precise.weight = precise.weight.to(torch::kDouble);
    Found found =
        search_polar(problem_, problem_.loss().gradient(z_, precise), search_options, more);
    state_.polar = std::max(0.0, found.collected.front());
    return found;
  }

  void epoch() {
    const auto last_growth =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(growth_part * options_.epochs));
    if (state_.epoch % options_.growth_interval == 0 && state_.epoch < last_growth) grow();
    if (size_of(state_.copies) == 0) {
      // A search that found nothing at zero finds nothing later.
      stop_ = StopReason::exhausted;
      return;
    }
    if (!trained_once()) {
      stop_ = options_.cancelled() ? StopReason::interrupted : StopReason::time_limit;
      return;
    }
    ++state_.epoch;
    judge();
    record();
  }

  void grow() {
    tidy();
    if (full()) return;
    constexpr int steps = 20;
    constexpr Index samples = 512;
    // What gave lambda_max is above any smaller lambda: a smaller search might not find it again.
    const bool at_zero = state_.epoch == 0;
    const Found found = at_zero ? *first_
                                : search({options_.starts, steps, samples, options_.seed,
                                          1 + static_cast<std::uint64_t>(state_.epoch)},
                                         problem_.subnetwork().none(tensors_));
    if (at_zero) z_ = problem_.outputs(state_.copies).to(torch::kDouble);
    const Index room =
        options_.size_max > 0 ? options_.size_max - size_of(state_.copies) : options_.growth;
    const auto add = matched() ? append : append_at_any_length;
    add(problem_, found, lambda_, std::min(room, options_.growth), state_.copies, z_);
    state_.adam.append(state_.copies);
  }

  /// Gives copies their best scales, removes those that have none, balances the blocks.
  void tidy() {
    if (size_of(state_.copies) == 0 || !matched()) return;
    z_ = problem_.outputs(state_.copies).to(torch::kDouble);
    const Rescaled kept = rescale(problem_, state_.copies, lambda_, z_);
    state_.copies = selected(state_.copies, kept.places);
    state_.adam.select(kept.places);
    if (size_of(state_.copies) == 0) return;
    const Subnetwork& subnetwork = problem_.subnetwork();
    const Tensor factors = subnetwork.to_balance(state_.copies) *
                           kept.factors.pow(1.0 / frame_.plan().degree()).unsqueeze(1);
    state_.copies = subnetwork.scaled(state_.copies, factors);
    state_.adam.scale(subnetwork, factors);
  }

  /// False where the time limit came first.
  bool trained_once() {
    const std::int64_t count = problem_.samples().count();
    Tensor met = torch::zeros({}, tensors_.dtype(torch::kDouble));
    const Tensor order = torch::randperm(count,
                                         generator(options_.seed, stream_of_batches,
                                                   static_cast<std::uint64_t>(state_.epoch)),
                                         torch::kLong)
                             .to(tensors_.device());
    for (std::int64_t begin = 0; begin < count; begin += options_.batch) {
      if (clock_.left() <= 0 || options_.cancelled()) return false;
      const double done = (static_cast<double>(state_.epoch) +
                           static_cast<double>(begin) / static_cast<double>(count)) /
                          options_.epochs;
      const double rate =
          options_.learning_rate * (1 + std::cos(std::numbers::pi * std::min(1.0, done))) / 2;
      const Samples batch =
          problem_.samples().at(order.slice(0, begin, std::min(begin + options_.batch, count)));
      const Problem::Slope slope = problem_.batch_slope(state_.copies, batch, lambda_);
      met += slope.value * batch.count();
      state_.adam.step(state_.copies, slope.gradient, rate);
    }
    objective_ = met.item<double>();
    return true;
  }

  /// Keeps the copies that predict held-out samples best.
  void judge() {
    if (!held_) return;
    Factor z = factor_of(held_->outputs(state_.copies)) * frame_.lambda_unit();
    z.rowwise() += frame_.model().offset.transpose();
    const double error = error_of(frame_.model(), z, split_.held, false).error;
    if (error < state_.best_error) {
      state_.best_error = error;
      state_.best_epoch = state_.epoch;
      state_.best = each_layer(state_.copies, [](const Tensor& layer) { return layer.clone(); });
    } else if (out_of_patience()) {
      stop_ = StopReason::exhausted;
    }
  }

  [[noreturn]] void refuse_divergence() const {
    throw ArgumentError(fmt::format("training diverged at learning rate {}; expected a smaller one",
                                    options_.learning_rate));
  }

  void record() {
    OuterIteration at;
    at.iteration = static_cast<int>(state_.epoch);
    at.size = size_of(state_.copies);
    at.objective = objective_ * frame_.objective_unit();
    if (!std::isfinite(at.objective)) refuse_divergence();
    at.lower_bound = -infinity;
    at.relative_gap = infinity;
    at.polar = state_.polar * frame_.lambda_unit();
    at.seconds = state_.seconds_before + clock_.elapsed();
    at.passes = static_cast<double>(state_.epoch);
    state_.trace.push_back(at);
    if (!options_.checkpoint.empty()) keep(options_.checkpoint, choice_, state_, at.seconds);
    FitProgress progress;
    progress.iteration = at;
    if (observer_ && !observer_(progress) && !stop_) stop_ = StopReason::interrupted;
  }

  /// How much is left to gain.
  void last_search() {
    constexpr int steps = 20;
    constexpr Index samples = 512;
    // The model's own copies collect lambda where training has come to rest: no search says less.
    const Copies own = each_layer(
        state_.copies, [&](const Tensor& layer) { return layer.slice(0, 0, options_.starts); });
    search({options_.starts, steps, samples, options_.seed,
            1 + static_cast<std::uint64_t>(options_.epochs)},
           own);
  }

  DeepModel finished() {
    DeepModel model = frame_.model_of(state_.copies);
    model.lambda = lambda_ * frame_.lambda_unit();
    model.lambda_max = state_.lambda_max * frame_.lambda_unit();
    set_figures(split_.train, split_.held, model);
    DeepModel none = without_copies(model);
    set_figures(split_.train, {}, none);
    // No training that works leads far above where it began.
    if (!(model.certificate.objective <= 10 * none.certificate.objective)) refuse_divergence();
    set_claim(model);
    model.trace = state_.trace;
    model.iterations = static_cast<int>(state_.epoch);
    model.epochs = options_.epochs;
    model.held.assign(split_.of_held.begin(), split_.of_held.end());
    model.seed = options_.seed;
    model.version = version;
    model.tolerance = options_.tolerance;
    model.seconds = state_.seconds_before + clock_.elapsed();
    return model;
  }

  void set_claim(DeepModel& model) const {
    Certificate& claim = model.certificate;
    claim.lower_bound = -infinity;
    claim.gap = claim.relative_gap = claim.polar_bound = infinity;
    claim.dual_scale = 0;
    claim.proof = Proof::none;
    claim.failure_probability = 1;
    claim.method = fmt::format("no bound: {} ascents collected at most {:.4g} of lambda",
                               options_.starts, state_.polar / lambda_);
    model.status = Status::unproven;
    // What is within a hundredth of lambda is left to training that is not exact either.
    constexpr double much = 1.01;
    model.stop = stop_.value_or(full() && state_.polar > much * lambda_ ? StopReason::size_limit
                                                                        : StopReason::exhausted);
  }

  const DeepFitOptions& options_;
  const FitObserver& observer_;
  Stopwatch clock_;
  Split split_;
  Frame frame_;
  torch::TensorOptions tensors_;
  Problem problem_;
  ChoiceRecord choice_;
  std::optional<Problem> held_;  ///< of the samples held out
  double lambda_ = 0;            ///< in the fit's own units
  double objective_ = 0;         ///< as it was met by the steps of the last epoch
  State state_;
  std::optional<Found> first_;  ///< by the search at zero
  Tensor z_;
  std::optional<StopReason> stop_;
};

DeepModel train(const SampleData& data, const DeepFitOptions& options, const FitObserver& observer,
                const ChoiceRecord& choice) {
  return Fit(data, options, observer, choice).run();
}

FoldTraining::FoldTraining(const SampleData& data, const DeepFitOptions& options,
                           const FitObserver& observer)
    : fit_(std::make_unique<Fit>(data, options, observer, ChoiceRecord{})) {}

FoldTraining::~FoldTraining() = default;

DeepModel FoldTraining::at(double ratio) { return fit_->of_fold(ratio); }

}  // namespace hadal::deep
