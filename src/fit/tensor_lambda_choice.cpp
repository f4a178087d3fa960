#include "tensor_lambda_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>

#include "hadal/error.hpp"

namespace hadal {
namespace {

using Folds = std::vector<std::unique_ptr<TensorFold>>;

/// Of a random number generator: which entries are held out together.
constexpr std::uint64_t fold_seed = 0;

Folds folds_of(const TensorEntries& entries, const TensorFitOptions& options,
               const SolveObserver& watch, const TimeLeft& time_left) {
  const int count = static_cast<int>(std::min<Index>(options.lambda.folds, entries.size()));
  if (count < 2)
    throw DataError(
        "one observed entry is too little to cross-validate; expected at least two, or a given "
        "lambda");
  std::vector<Index> each(static_cast<std::size_t>(entries.size()));
  std::iota(each.begin(), each.end(), 0);
  const std::vector<int> parts = random_parts(each, count, fold_seed);
  Folds folds;
  for (int fold = 0; fold < count; ++fold)
    folds.push_back(std::make_unique<TensorFold>(split_tensor(entries, parts, fold), options, watch,
                                                 time_left));
  return folds;
}

/// Lets the folds go on from what is known of them, and keeps what they do from now on.
void go_on(Folds& folds, TensorFoldMemory& memory, std::mutex& mutex) {
  if (memory.known.empty()) memory.known.resize(folds.size());
  if (memory.known.size() != folds.size())
    throw ModelError(fmt::format("a checkpoint of {} folds was given to go on from; expected {}",
                                 memory.known.size(), folds.size()));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    folds[k]->resume(memory.known[k]);
    if (!memory.keep) continue;
    folds[k]->when_done([&memory, &mutex, k](const TensorFoldState& state) {
      const std::lock_guard lock(mutex);
      memory.known[k] = state;
      memory.keep(memory.known);
    });
  }
}

/// Atoms in the units of one problem as atoms in the units of another.
TensorAtoms in_units_of(const TensorProblem& to, const TensorProblem& from, TensorAtoms atoms) {
  for (Factor& factor : atoms.factors) factor *= from.factor_unit() / to.factor_unit();
  return atoms;
}

}  // namespace

TensorChoice choose_lambda(const TensorEntries& entries, const TensorFitOptions& options,
                           const TensorProblem& problem, const FitObserver& observer,
                           const TimeLeft& time_left, TensorFoldMemory memory) {
  const std::vector<double> ratios = default_ratios();
  std::mutex mutex;
  FitProgress progress;
  progress.stage = "cross-validation";
  const SolveObserver watch = [&](const OuterIteration& outer) {
    const std::lock_guard lock(mutex);
    progress.iteration = outer;
    return time_left() > 0 && (!observer || observer(progress));
  };
  TensorFitOptions of_fold = options;
  if (options.loss == LossKind::huber) of_fold.huber_threshold = problem.huber_threshold();
  Folds folds = folds_of(entries, of_fold, watch, time_left);
  progress.steps = fits_at_most(ratios, folds.size());
  go_on(folds, memory, mutex);
  CrossValidation cv =
      cross_validate(folds, ratios, options.lambda.one_standard_error, [&](int step) {
        const std::lock_guard lock(mutex);
        progress.step = step;
      });
  const double ratio = cv.path[cv.chosen].lambda;
  TensorChoice choice;
  choice.penalised_error = 0;
  for (const auto& fold : folds)
    choice.penalised_error += fold->penalised_error(ratio) / static_cast<double>(folds.size());
  for (PathPoint& p : cv.path) p.lambda = problem.lambda_at(p.lambda);
  choice.lambda = cv.path[cv.chosen].lambda;
  choice.path = std::move(cv.path);
  choice.atoms = in_units_of(problem, folds.front()->problem(), folds.front()->nearest(ratio));
  choice.interrupted = cv.interrupted;
  return choice;
}

}  // namespace hadal
