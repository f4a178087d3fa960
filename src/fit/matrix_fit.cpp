#include "hadal/fit/matrix_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fit_memory.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/matrix_problem.hpp"
#include "hadal/fit/refit.hpp"
#include "hadal/fit/resume.hpp"
#include "hadal/fit/streamed_problem.hpp"
#include "hadal/solve/path.hpp"
#include "hadal/version.hpp"
#include "lambda_choice.hpp"
#include "option_checks.hpp"
#include "outcome.hpp"
#include "resources.hpp"

namespace hadal {
namespace {

/// The options, with the categories of these data where the loss has some.
MatrixFitOptions options_for(const MatrixData& data, MatrixFitOptions options) {
  require_values_of(options.loss, data);
  if (options.loss != LossKind::multinomial) return options;
  if (data.picture || data.movie)
    throw ArgumentError(
        fmt::format("a {} was given with the multinomial loss; expected a matrix of categories",
                    data.picture ? "picture" : "movie"));
  options.categories = categories_of(data, options.categories);
  return options;
}

void set_names(const MatrixData& data, MatrixModel& model) {
  model.row_labels = data.row_labels;
  model.column_labels = data.column_labels;
  model.row_name = data.row_name;
  model.column_name = data.column_name;
  model.value_name = data.value_name;
  model.picture = data.picture;
  model.movie = data.movie;
}

/// The held-out error at the model's lambda; NaN without a cross-validation.
double error_on_path(const MatrixModel& model) {
  for (const PathPoint& p : model.path) {
    if (p.lambda == model.lambda) return p.validation_error;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

MatrixModel fit_matrix(MatrixData data, const MatrixFitOptions& given,
                       const FitObserver& observer) {
  const Stopwatch clock(given.time_limit);
  check_options(given);
  const MatrixFitOptions options = options_for(data, given);
  require_memory_of_fit(data.entries, options);
  const Threads threads(options.threads);

  const MatrixProblem problem(data.entries, options);
  const std::string identity = identity_of(data.entries, options);
  MatrixModel model;
  ResumePoint point = options.resume.empty()
                          ? ResumePoint{}
                          : load_resume_point(options.resume, identity, problem.space().rows(),
                                              problem.space().columns());
  const bool once = options.lambda.kind != LambdaChoice::Kind::cross_validated;
  if (once && options.refit == RefitChoice::none) data.entries = {};
  LoopState<RankOneAtoms> start = problem.start();
  Index parts_kept = 0;
  double penalised_error = std::numeric_limits<double>::quiet_NaN();
  bool goes_on_choosing = false;  // where a checkpoint is resumed
  if (point.lambda > 0) {
    model.lambda = point.lambda;
    model.path = point.path;
    start = std::move(point.state);
  } else if (options.lambda.kind == LambdaChoice::Kind::absolute) {
    model.lambda = options.lambda.value;
  } else if (options.lambda.kind == LambdaChoice::Kind::ratio) {
    model.lambda = problem.lambda_at(options.lambda.value);
  } else {
    FoldMemory memory{std::move(point.folds), {}};
    if (!options.checkpoint.empty()) {
      memory.keep = [&](const std::vector<FoldState>& folds) {
        save_resume_point(options.checkpoint, {0, {}, problem.start(), folds}, identity);
      };
    }
    Chosen chosen = choose_lambda(
        data, options, problem, observer, [&] { return clock.left(); }, std::move(memory));
    model.lambda = chosen.lambda;
    model.path = std::move(chosen.path);
    parts_kept = chosen.parts_kept;
    penalised_error = chosen.penalised_error;
    goes_on_choosing = chosen.interrupted;
    start = problem.start_from(std::move(chosen.atoms));
  }
  if (options.refit == RefitChoice::none) data.entries = {};

  SolveOptions solve = solve_options(options, problem.space());
  solve.time_limit = std::max(1e-3, clock.left());
  FitProgress progress;
  const SolveObserver watch = [&](const OuterIteration& outer) {
    progress.iteration = outer;
    return !observer || observer(progress);
  };
  Checkpoint<RankOneAtoms> save;
  if (!options.checkpoint.empty() && !goes_on_choosing) {
    save = [&](const LoopState<RankOneAtoms>& state) {
      save_resume_point(options.checkpoint, {model.lambda, model.path, state, {}}, identity);
    };
  }
  const SolveResult<RankOneAtoms> result =
      problem.solve(model.lambda, std::move(start), solve, watch, save);

  problem.describe(result.atoms, model);
  set_outcome(result, options, model);
  set_names(data, model);
  const double refit_error = error_on_path(model);
  const bool refits = options.refit == RefitChoice::automatic && problem.structured();
  model.validation_error = refits ? penalised_error : error_on_path(model);
  const bool cut_short =
      model.stop == StopReason::interrupted || model.stop == StopReason::time_limit;
  if (options.refit == RefitChoice::automatic && model.size() > 0 && !cut_short) {
    if (parts_kept > 0) {
      model.refit = refit_of_parts(problem, result.atoms, parts_kept, refit_error);
    } else {
      progress.stage = "refit";
      model.refit =
          best_refit(data, options, problem, result.atoms, model.lambda, watch, clock.left());
    }
  }
  model.seconds = clock.elapsed();
  return model;
}

std::string not_streamed(const MatrixFitOptions& o) {
  if (o.loss != LossKind::squared) return "a loss other than the squared one";
  if (o.lambda.kind == LambdaChoice::Kind::cross_validated) return "cross-validation";
  if (o.norm_u.plain() && o.norm_v.plain()) return "the nuclear norm";
  if (o.dictionary_u.given() || o.dictionary_v.given()) return "a dictionary";
  if (o.refit != RefitChoice::none) return "a refit";
  if (!o.checkpoint.empty() || !o.resume.empty()) return "checkpoints";
  return "";
}

MatrixModel fit_streamed_matrix(RowSource& source, const MatrixData& names,
                                const MatrixFitOptions& options, const FitObserver& observer) {
  const Stopwatch clock(options.time_limit);
  check_options(options);
  if (const std::string what = not_streamed(options); !what.empty())
    throw ArgumentError(
        what +
        " was asked for of a streamed fit; expected a given lambda or "
        "ratio, the squared loss, structured norms, and no dictionary, refit or checkpoint");
  const Threads threads(options.threads);
  FitProgress progress;
  progress.stage = "Gram matrix";
  progress.steps = 100;
  const auto watch = [&](double part) {
    const int step = static_cast<int>(part * (progress.steps - 1));
    const bool news = step / 5 > progress.step / 5;
    progress.step = step;
    return clock.left() > 0 && (!news || !observer || observer(progress));
  };
  const StreamedProblem problem(source, options, watch);
  progress = {};
  MatrixModel model;
  model.lambda = options.lambda.kind == LambdaChoice::Kind::absolute
                     ? options.lambda.value
                     : problem.lambda_at(options.lambda.value);
  SolveOptions solve = solve_options(options, problem.pattern());
  solve.time_limit = std::max(1e-3, clock.left());
  const SolveResult<RankOneAtoms> result =
      problem.solve(model.lambda, solve, [&](const OuterIteration& outer) {
        progress.iteration = outer;
        return !observer || observer(progress);
      });
  problem.describe(result.atoms, model);
  set_outcome(result, options, model);
  set_names(names, model);
  model.validation_error = std::numeric_limits<double>::quiet_NaN();
  model.seconds = clock.elapsed();
  return model;
}

std::vector<MatrixModel> fit_matrix_path(MatrixData data, const std::vector<double>& ratios,
                                         const MatrixFitOptions& given,
                                         const FitObserver& observer) {
  const Stopwatch clock(given.time_limit);
  check_path_options(ratios, given);
  const MatrixFitOptions options = options_for(data, given);
  require_memory_of_fit(data.entries, options);
  const Threads threads(options.threads);
  const MatrixProblem problem(data.entries, options);
  data.entries = {};
  std::vector<double> lambdas;
  for (const double ratio : ratios) lambdas.push_back(problem.lambda_at(ratio));

  FitProgress progress;
  progress.stage = "path";
  progress.steps = static_cast<int>(ratios.size());
  const SolveObserver watch = [&](const OuterIteration& outer) {
    progress.iteration = outer;
    return !observer || observer(progress);
  };
  std::vector<MatrixModel> models;
  const auto solve = [&](double lambda, RankOneAtoms atoms) {
    SolveOptions limits = solve_options(options, problem.space());
    limits.time_limit = std::max(1e-3, clock.left());
    return problem.solve(lambda, problem.start_from(std::move(atoms)), limits, watch, {});
  };
  const auto keep = [&](double lambda, const SolveResult<RankOneAtoms>& result) {
    MatrixModel& model = models.emplace_back();
    model.lambda = lambda;
    problem.describe(result.atoms, model);
    set_outcome(result, options, model);
    set_names(data, model);
    model.validation_error = std::numeric_limits<double>::quiet_NaN();
    model.seconds = result.seconds;
    ++progress.step;
  };
  follow_path(lambdas, problem.start().atoms, solve, keep);
  return models;
}

}  // namespace hadal
