#include "hadal/fit/network_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

#include "hadal/error.hpp"
#include "hadal/fit/solve_limits.hpp"
#include "network_fold.hpp"
#include "option_checks.hpp"
#include "outcome.hpp"
#include "resources.hpp"

namespace hadal {
namespace {

void check_network_options(const NetworkFitOptions& o) {
  check_fit_options(o);
  if (!o.checkpoint.empty() || !o.resume.empty())
    throw ArgumentError("a checkpoint was asked for of a network's fit; expected none");
  require_option(o.validation >= 0 && o.validation < 1, "validation", o.validation,
                 "a part of the samples, in (0, 1)");
  require_option(o.gates >= 0 && o.gates <= gates_max, "gates", static_cast<double>(o.gates),
                 "0 to 100,000");
  if (o.gates > 0 &&
      (o.activation.kind != Activation::Kind::linear || o.penalty != UnitPenalty::product))
    throw ArgumentError(
        "gates were given with another activation than linear, or another penalty than product");
  if (o.penalty == UnitPenalty::path && o.activation.degree() != 1)
    throw ArgumentError("the path penalty was given with the square activation; expected product");
}

struct Chosen {
  double lambda = 0;
  std::vector<PathPoint> path;
  NetworkError error{std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::quiet_NaN()};
};

/// The part of every sample, at random; samples of a class are spread evenly.
std::vector<int> parts_of(const SampleData& data, const NetworkFitOptions& options) {
  std::vector<Index> each(static_cast<std::size_t>(data.samples()));
  std::iota(each.begin(), each.end(), 0);
  if (options.validation > 0) {
    // Enough parts for the fraction; those beyond it are never held out.
    constexpr int fine = 1000;
    std::vector<int> parts =
        random_parts(each, static_cast<int>(std::min<Index>(fine, data.samples())), options.seed);
    const int most = 1 + *std::max_element(parts.begin(), parts.end());
    const int held = std::clamp(static_cast<int>(std::lround(options.validation * most)), 1,
                                std::max(1, most - 1));
    for (int& part : parts) part = part < held ? 0 : 1;
    return parts;
  }
  const int folds = static_cast<int>(std::min<Index>(options.lambda.folds, data.samples()));
  if (data.task == Task::regression) return random_parts(each, folds, options.seed);
  // Class by class, each in an order of its own, dealt out in turn.
  const std::vector<int> order = random_parts(each, static_cast<int>(data.samples()), options.seed);
  std::stable_sort(each.begin(), each.end(), [&](Index a, Index b) {
    const auto key = [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      return std::pair(data.labels[k], order[k]);
    };
    return key(a) < key(b);
  });
  std::vector<int> parts(each.size());
  for (std::size_t k = 0; k < each.size(); ++k)
    parts[static_cast<std::size_t>(each[k])] = static_cast<int>(k) % folds;
  return parts;
}

Chosen choose_lambda(const SampleData& data, const NetworkFitOptions& options,
                     const NetworkProblem& problem, const FitObserver& observer,
                     const TimeLeft& time_left) {
  if (data.samples() < 4)
    throw DataError(fmt::format(
        "{} samples are too few to choose lambda by; expected at least four, or a given lambda",
        data.samples()));
  const std::vector<double> ratios = default_ratios();
  const std::vector<int> parts = parts_of(data, options);
  const int count = options.validation > 0 ? 1 : 1 + *std::max_element(parts.begin(), parts.end());
  std::mutex mutex;
  FitProgress progress;
  progress.stage = "cross-validation";
  progress.steps = static_cast<int>(ratios.size()) * count;
  const SolveObserver watch = [&](const OuterIteration& outer) {
    const std::lock_guard lock(mutex);
    progress.iteration = outer;
    return time_left() > 0 && (!observer || observer(progress));
  };
  std::vector<std::unique_ptr<NetworkFold>> folds;
  for (int fold = 0; fold < count; ++fold) {
    std::vector<Index> train, held;
    for (Index i = 0; i < data.samples(); ++i)
      (parts[static_cast<std::size_t>(i)] == fold ? held : train).push_back(i);
    folds.push_back(std::make_unique<NetworkFold>(samples_at(data, train), samples_at(data, held),
                                                  options, watch, time_left));
  }
  CrossValidation cv =
      cross_validate(folds, ratios, options.lambda.one_standard_error, [&](int step) {
        const std::lock_guard lock(mutex);
        progress.step = step;
      });
  Chosen chosen;
  const double ratio = cv.path[cv.chosen].lambda;
  chosen.error = {cv.path[cv.chosen].validation_error, 0};
  for (const auto& fold : folds)
    chosen.error.accuracy += fold->error_at(ratio).accuracy / static_cast<double>(folds.size());
  for (PathPoint& p : cv.path) p.lambda = problem.lambda_at(p.lambda);
  chosen.lambda = cv.path[cv.chosen].lambda;
  chosen.path = std::move(cv.path);
  return chosen;
}

}  // namespace

NetworkModel fit_network(const SampleData& data, const NetworkFitOptions& options,
                         const FitObserver& observer) {
  const Stopwatch clock(options.time_limit);
  check_network_options(options);
  const Threads threads(options.threads);
  const NetworkProblem problem(data, options);
  Chosen chosen;
  if (options.lambda.kind == LambdaChoice::Kind::absolute)
    chosen.lambda = options.lambda.value;
  else if (options.lambda.kind == LambdaChoice::Kind::ratio)
    chosen.lambda = problem.lambda_at(options.lambda.value);
  else
    chosen = choose_lambda(data, options, problem, observer, [&] { return clock.left(); });

  constexpr Index units = 32;  // with so many, or more, the products are worth a second thread
  const BlasThreads blas(omp_get_max_threads(), units * data.inputs.size());
  SolveOptions solve = solve_limits(options);
  solve.proof = options.proof == ProofChoice::none ? Proof::none : Proof::deterministic;
  solve.time_limit = std::max(1e-3, clock.left());
  FitProgress progress;
  const SolveResult<HiddenUnits> result = problem.solve(chosen.lambda, problem.family().empty(),
                                                        solve, [&](const OuterIteration& outer) {
                                                          progress.iteration = outer;
                                                          return !observer || observer(progress);
                                                        });
  NetworkModel model = problem.model_of(result.atoms);
  model.lambda = chosen.lambda;
  model.path = std::move(chosen.path);
  model.validation_error = chosen.error.error;
  model.validation_accuracy = chosen.error.accuracy;
  const NetworkError train = error_of(model, data, false);
  model.train_error = train.error;
  model.train_accuracy = train.accuracy;
  set_outcome(result, options, model);
  model.seconds = clock.elapsed();
  return model;
}

}  // namespace hadal
