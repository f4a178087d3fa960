#include "hadal/fit/tensor_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/fit/solve_limits.hpp"
#include "hadal/fit/tensor_problem.hpp"
#include "hadal/fit/tensor_resume.hpp"
#include "option_checks.hpp"
#include "outcome.hpp"
#include "resources.hpp"
#include "tensor_lambda_choice.hpp"

namespace hadal {
namespace {

void check_tensor_options(const TensorFitOptions& o, Index order) {
  check_fit_options(o);
  if (o.loss == LossKind::multinomial && order >= tensor_order_max)
    throw ArgumentError(fmt::format(
        "the multinomial loss was given for a tensor of order {}; expected an order of at most {}: "
        "the categories are one mode more",
        order, tensor_order_max - 1));
  check_categories(o.loss, o.categories);
  if (o.refit != TensorRefitChoice::none && o.loss != LossKind::squared)
    throw ArgumentError(fmt::format(
        "a refit was asked for with the {} loss; expected none: only the squared loss has one",
        to_string(o.loss)));
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

/// The options, with the categories of these data where the loss has some.
TensorFitOptions with_categories(const TensorData& data, TensorFitOptions options) {
  if (options.loss == LossKind::multinomial)
    options.categories = categories_of(data.entries.value, options.categories, name_in(data));
  return options;
}

/// The held-out error at the model's lambda; NaN without a cross-validation.
double error_on_path(const TensorModel& model) {
  for (const PathPoint& p : model.path)
    if (p.lambda == model.lambda) return p.validation_error;
  return std::numeric_limits<double>::quiet_NaN();
}

/// The model's refit at the end of a fit that was not cut short.
TensorRefit refit_of(const TensorProblem& problem, const TensorAtoms& atoms,
                     TensorRefitChoice choice, double held_out_error) {
  TensorRefit refit;
  refit.kind = choice == TensorRefitChoice::weights ? "weights" : "factors";
  refit.factors = refitted(problem, atoms, choice).factors;
  for (Factor& factor : refit.factors) factor *= problem.factor_unit();
  refit.validation_error = held_out_error;
  return refit;
}

/// Lambda as it was given, chosen, or chosen before the fit was resumed, and where its loop starts.
struct Beginning {
  TensorChoice choice;
  LoopState<TensorAtoms> state;
};

Beginning begin(const TensorData& data, const TensorFitOptions& options,
                const TensorProblem& problem, const std::string& identity,
                const FitObserver& observer, const TimeLeft& time_left) {
  TensorResumePoint point;
  if (!options.resume.empty()) point = load_resume_point(options.resume, identity, problem.shape());
  Beginning beginning;
  TensorChoice& choice = beginning.choice;
  if (point.lambda > 0) {
    choice.lambda = point.lambda;
    choice.path = std::move(point.path);
    beginning.state = std::move(point.state);
    return beginning;
  }
  beginning.state = problem.start_from(problem.family().empty());
  if (options.lambda.kind == LambdaChoice::Kind::absolute) {
    choice.lambda = options.lambda.value;
  } else if (options.lambda.kind == LambdaChoice::Kind::ratio) {
    choice.lambda = problem.lambda_at(options.lambda.value);
  } else {
    TensorFoldMemory memory{std::move(point.folds), {}};
    if (!options.checkpoint.empty())
      memory.keep = [&](const std::vector<TensorFoldState>& folds) {
        save_resume_point(options.checkpoint, {0, {}, beginning.state, folds}, identity);
      };
    choice = choose_lambda(data.entries, options, problem, observer, time_left, std::move(memory));
    beginning.state = problem.start_from(std::move(choice.atoms));
  }
  return beginning;
}

}  // namespace

TensorModel fit_tensor(const TensorData& data, const TensorFitOptions& given,
                       const FitObserver& observer) {
  const Stopwatch clock(given.time_limit);
  check_tensor_options(given, data.entries.order());
  const TensorFitOptions options = with_categories(data, given);
  require_values_of(options.loss, data.entries.value, name_in(data));
  const Threads threads(options.threads);
  const TensorProblem problem(data.entries, options);
  const std::string identity = identity_of(data.entries, options);
  auto [choice, start] =
      begin(data, options, problem, identity, observer, [&] { return clock.left(); });

  SolveOptions solve = solve_limits(options);
  solve.proof = options.proof == ProofChoice::none ? Proof::none : Proof::deterministic;
  solve.time_limit = std::max(1e-3, clock.left());
  FitProgress progress;
  const SolveObserver watch = [&](const OuterIteration& outer) {
    progress.iteration = outer;
    return !observer || observer(progress);
  };
  Checkpoint<TensorAtoms> save;
  if (!options.checkpoint.empty() && !choice.interrupted)
    save = [&, &chosen = choice](const LoopState<TensorAtoms>& state) {
      save_resume_point(options.checkpoint, {chosen.lambda, chosen.path, state, {}}, identity);
    };
  const SolveResult<TensorAtoms> result =
      problem.solve(choice.lambda, std::move(start), solve, watch, save);

  TensorModel model;
  problem.describe(result.atoms, model);
  model.lambda = choice.lambda;
  model.path = choice.path;
  model.validation_error =
      options.refit == TensorRefitChoice::none ? error_on_path(model) : choice.penalised_error;
  set_outcome(result, options, model);
  model.mode_names = data.mode_names;
  model.labels = data.labels;
  const bool cut_short =
      model.stop == StopReason::interrupted || model.stop == StopReason::time_limit;
  if (options.refit != TensorRefitChoice::none && model.size() > 0 && !cut_short)
    model.refit = refit_of(problem, result.atoms, options.refit, error_on_path(model));
  model.seconds = clock.elapsed();
  return model;
}

}  // namespace hadal
