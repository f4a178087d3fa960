#include "hadal/fit/tensor_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/fit/solve_limits.hpp"
#include "hadal/fit/tensor_fold.hpp"
#include "hadal/fit/tensor_problem.hpp"
#include "option_checks.hpp"
#include "outcome.hpp"
#include "resources.hpp"

namespace hadal {
namespace {

void check_tensor_options(const TensorFitOptions& o, Index order) {
  check_fit_options(o);
  if (o.loss == LossKind::multinomial)
    throw ArgumentError("the multinomial loss was given for a tensor; expected another");
  if (o.refit != TensorRefitChoice::none && o.loss != LossKind::squared)
    throw ArgumentError(fmt::format(
        "a refit was asked for with the {} loss; expected none: only the squared loss has one",
        to_string(o.loss)));
  if (!o.checkpoint.empty() || !o.resume.empty())
    throw ArgumentError("a checkpoint was asked for of a tensor fit; expected none");
  if (o.norms.size() > 1 && static_cast<Index>(o.norms.size()) != order)
    throw ArgumentError(fmt::format(
        "{} norms were given for a tensor of order {}; expected one for each mode, or one for all",
        o.norms.size(), order));
  constexpr double weight_min = 1e-4, weight_max = 1e4;  // products over all modes stay usable
  for (const FactorNorm& norm : o.norms) {
    for (const double weight : {norm.l1, norm.l2, norm.tv})
      require_option(weight == 0 || (weight >= weight_min && weight <= weight_max),
                     "weight of a norm", weight, "0, or a number from 1e-4 to 1e4");
    require_option(norm.l1 + norm.l2 > 0, "weight of l1 and l2 together", norm.l1 + norm.l2, "> 0");
  }
}

EntryName name_in(const TensorData& data) {
  return [&data](Index entry) {
    std::vector<std::string> place;
    const TensorEntries& entries = data.entries;
    std::vector<Index> at(entries.shape.size());
    Index rest = entry;
    for (std::size_t m = at.size(); m-- > 0;) {
      at[m] = entries.full() ? rest % entries.shape[m]
                             : entries.index[m][static_cast<std::size_t>(entry)];
      rest /= entries.shape[m];
    }
    std::string name;
    for (std::size_t m = 0; m < at.size(); ++m) name += fmt::format("{}{}", m ? ", " : "", at[m]);
    return fmt::format("place ({})", name);
  };
}

struct Chosen {
  double lambda = 0;
  std::vector<PathPoint> path;
  TensorAtoms atoms;
  double penalised_error = std::numeric_limits<double>::quiet_NaN();
  double refit_error = std::numeric_limits<double>::quiet_NaN();
};

/// Atoms in the units of one problem as atoms in the units of another.
TensorAtoms in_units_of(const TensorProblem& to, const TensorProblem& from, TensorAtoms atoms) {
  for (Factor& factor : atoms.factors) factor *= from.factor_unit() / to.factor_unit();
  return atoms;
}

Chosen choose_lambda(const TensorData& data, const TensorFitOptions& options,
                     const TensorProblem& problem, const FitObserver& observer,
                     const TimeLeft& time_left) {
  const std::vector<double> ratios = default_ratios();
  const int count = static_cast<int>(std::min<Index>(options.lambda.folds, data.entries.size()));
  if (count < 2)
    throw DataError(
        "one observed entry is too little to cross-validate; expected at least two, or a given "
        "lambda");
  std::mutex mutex;
  FitProgress progress;
  progress.stage = "cross-validation";
  progress.steps = static_cast<int>(ratios.size()) * count;
  const SolveObserver watch = [&](const OuterIteration& outer) {
    const std::lock_guard lock(mutex);
    progress.iteration = outer;
    return time_left() > 0 && (!observer || observer(progress));
  };
  std::vector<Index> each(static_cast<std::size_t>(data.entries.size()));
  std::iota(each.begin(), each.end(), 0);
  const std::vector<int> parts = random_parts(each, count, options.seed);
  TensorFitOptions of_fold = options;
  if (options.loss == LossKind::huber) of_fold.huber_threshold = problem.huber_threshold();
  std::vector<std::unique_ptr<TensorFold>> folds;
  for (int fold = 0; fold < count; ++fold)
    folds.push_back(std::make_unique<TensorFold>(split_tensor(data.entries, parts, fold), of_fold,
                                                 watch, time_left));
  CrossValidation cv =
      cross_validate(folds, ratios, options.lambda.one_standard_error, [&](int step) {
        const std::lock_guard lock(mutex);
        progress.step = step;
      });
  Chosen chosen;
  const double ratio = cv.path[cv.chosen].lambda;
  const double error = cv.path[cv.chosen].validation_error;
  double penalised = 0;
  for (const auto& fold : folds)
    penalised += fold->penalised_error(ratio).value_or(std::numeric_limits<double>::quiet_NaN()) /
                 static_cast<double>(folds.size());
  chosen.penalised_error = penalised;
  if (options.refit != TensorRefitChoice::none) chosen.refit_error = error;
  for (PathPoint& p : cv.path) p.lambda = problem.lambda_at(p.lambda);
  chosen.lambda = cv.path[cv.chosen].lambda;
  chosen.path = std::move(cv.path);
  chosen.atoms = in_units_of(problem, folds.front()->problem(), folds.front()->nearest(ratio));
  return chosen;
}

}  // namespace

TensorModel fit_tensor(const TensorData& data, const TensorFitOptions& options,
                       const FitObserver& observer) {
  const Stopwatch clock(options.time_limit);
  check_tensor_options(options, data.entries.order());
  require_values_of(options.loss, data.entries.value, name_in(data));
  const Threads threads(options.threads);
  const TensorProblem problem(data.entries, options);
  Chosen chosen;
  chosen.atoms = problem.family().empty();
  if (options.lambda.kind == LambdaChoice::Kind::absolute)
    chosen.lambda = options.lambda.value;
  else if (options.lambda.kind == LambdaChoice::Kind::ratio)
    chosen.lambda = problem.lambda_at(options.lambda.value);
  else
    chosen = choose_lambda(data, options, problem, observer, [&] { return clock.left(); });

  SolveOptions solve = solve_limits(options);
  solve.proof = options.proof == ProofChoice::none ? Proof::none : Proof::deterministic;
  solve.time_limit = std::max(1e-3, clock.left());
  FitProgress progress;
  const SolveResult<TensorAtoms> result =
      problem.solve(chosen.lambda, chosen.atoms, solve, [&](const OuterIteration& outer) {
        progress.iteration = outer;
        return !observer || observer(progress);
      });

  TensorModel model;
  problem.describe(result.atoms, model);
  model.lambda = chosen.lambda;
  model.path = std::move(chosen.path);
  model.validation_error = chosen.penalised_error;
  set_outcome(result, options, model);
  model.mode_names = data.mode_names;
  model.labels = data.labels;
  const bool cut_short =
      model.stop == StopReason::interrupted || model.stop == StopReason::time_limit;
  if (options.refit != TensorRefitChoice::none && model.size() > 0 && !cut_short) {
    TensorRefit refit;
    refit.kind = options.refit == TensorRefitChoice::weights ? "weights" : "factors";
    refit.factors = refitted(problem, result.atoms, options.refit).factors;
    for (Factor& factor : refit.factors) factor *= problem.factor_unit();
    refit.validation_error = chosen.refit_error;
    model.refit = std::move(refit);
  }
  model.seconds = clock.elapsed();
  return model;
}

}  // namespace hadal
