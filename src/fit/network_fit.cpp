#include "hadal/fit/network_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "hadal/error.hpp"
#include "hadal/fit/solve_limits.hpp"
#include "network_fold.hpp"
#include "option_checks.hpp"
#include "outcome.hpp"
#include "resources.hpp"
#include "sample_folds.hpp"

namespace hadal {
namespace {

void check_network_options(const NetworkFitOptions& o) {
  check_fit_options(o);
  if (!o.checkpoint.empty() || !o.resume.empty())
    throw ArgumentError("a checkpoint was asked for of a network's fit; expected none");
  require_option(o.validation >= 0 && o.validation < 1, "validation", o.validation,
                 "a part of the samples, in (0, 1)");
  require_option(o.validation == 0 || o.lambda.kind == LambdaChoice::Kind::cross_validated,
                 "validation", o.validation, "none where lambda is given, which it would choose");
  require_option(o.gates >= 0 && o.gates <= gates_max, "gates", static_cast<double>(o.gates),
                 "0 to 100,000");
  if (o.gates > 0 &&
      (o.activation.kind != Activation::Kind::linear || o.penalty != UnitPenalty::product))
    throw ArgumentError(
        "gated units were given with the path penalty or an activation of their own; expected the "
        "product penalty and linear units");
  if (o.penalty == UnitPenalty::path && o.activation.degree() != 1)
    throw ArgumentError("the path penalty was given with the square activation; expected product");
}

struct Chosen {
  double lambda = 0;
  std::vector<PathPoint> path;
  NetworkError error{std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::quiet_NaN()};
};

Chosen choose_lambda(const SampleData& data, const NetworkFitOptions& options,
                     const NetworkProblem& problem, const FitObserver& observer,
                     const TimeLeft& time_left) {
  require_enough_to_choose(data);
  const std::vector<double> ratios = default_ratios();
  std::vector<SampleFold> split;
  if (options.validation > 0)
    split.push_back(held_out_part(data, options.validation, options.seed));
  else
    split = sample_folds(data, options.lambda.folds, options.seed);
  std::mutex mutex;
  FitProgress progress;
  progress.stage = "cross-validation";
  progress.steps = fits_at_most(ratios, split.size());
  const SolveObserver watch = [&](const OuterIteration& outer) {
    const std::lock_guard lock(mutex);
    progress.iteration = outer;
    return time_left() > 0 && (!observer || observer(progress));
  };
  std::vector<std::unique_ptr<NetworkFold>> folds;
  for (SampleFold& fold : split)
    folds.push_back(std::make_unique<NetworkFold>(fold.train, std::move(fold.held_out), options,
                                                  watch, time_left));
  CrossValidation cv = cross_validate(
      folds, ratios, options.lambda.one_standard_error,
      [&](int step) {
        const std::lock_guard lock(mutex);
        progress.step = step;
      },
      Plateau::is_crossed);
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
