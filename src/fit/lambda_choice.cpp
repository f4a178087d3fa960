#include "lambda_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "hadal/error.hpp"

namespace hadal {
namespace {

/// NaN where a fold has not finished its fit at the ratio.
double penalised_error_of(const std::vector<std::unique_ptr<MatrixFold>>& folds, double ratio) {
  double mean = 0;
  for (const auto& fold : folds) {
    const auto done = fold->done_at(ratio);
    if (!done) return std::numeric_limits<double>::quiet_NaN();
    mean += done->penalised_error / static_cast<double>(folds.size());
  }
  return mean;
}

/// Lets the folds go on from what is known of them, and keeps what they do from now on.
void go_on(std::vector<std::unique_ptr<MatrixFold>>& folds, FoldMemory& memory, std::mutex& mutex) {
  if (memory.known.empty()) memory.known.resize(folds.size());
  if (memory.known.size() != folds.size())
    throw ModelError(fmt::format("a checkpoint of {} folds was given to go on from; expected {}",
                                 memory.known.size(), folds.size()));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    folds[k]->resume(memory.known[k]);
    if (!memory.keep) continue;
    folds[k]->when_done([&memory, &mutex, k](const FoldState& state) {
      const std::lock_guard lock(mutex);
      memory.known[k] = state;
      memory.keep(memory.known);
    });
  }
}

}  // namespace

Chosen choose_lambda(const MatrixData& data, const MatrixFitOptions& options,
                     const MatrixProblem& problem, const FitObserver& observer,
                     const TimeLeft& time_left, FoldMemory memory) {
  const std::vector<double> ratios = default_ratios();
  const Entries& entries = data.entries;
  const std::vector<Index> group = held_out_together(data);
  const Index groups = *std::max_element(group.begin(), group.end()) + 1;
  const int folds = static_cast<int>(std::min<Index>(options.lambda.folds, groups));
  if (folds < 2) {
    throw DataError(
        "one observed entry (or pixel) is too little to cross-validate; expected at least two, or "
        "a given lambda");
  }
  std::mutex mutex;
  FitProgress progress;
  progress.stage = "cross-validation";
  progress.steps = fits_at_most(ratios, static_cast<std::size_t>(folds));
  const SolveObserver watch = [&](const OuterIteration& outer) {
    const std::lock_guard lock(mutex);
    progress.iteration = outer;
    return time_left() > 0 && (!observer || observer(progress));
  };
  const std::vector<int> parts = random_parts(group, folds, options.seed);
  MatrixFitOptions of_fold = options;
  of_fold.huber_threshold = problem.huber_threshold();  // errors of the same loss are averaged
  std::vector<std::unique_ptr<MatrixFold>> all;
  all.reserve(static_cast<std::size_t>(folds));
  for (int fold = 0; fold < folds; ++fold) {
    all.push_back(std::make_unique<MatrixFold>(split_entries(entries, parts, fold), of_fold, watch,
                                               time_left));
  }
  go_on(all, memory, mutex);
  CrossValidation cv =
      cross_validate(all, ratios, options.lambda.one_standard_error, [&](int step) {
        const std::lock_guard lock(mutex);
        progress.step = step;
      });
  const double ratio = cv.path[cv.chosen].lambda;
  for (PathPoint& p : cv.path) p.lambda = problem.lambda_at(p.lambda);
  const MatrixFold& first = *all.front();
  return {cv.path[cv.chosen].lambda,
          std::move(cv.path),
          in_units_of(problem, first.problem(), first.nearest(ratio)),
          penalised_error_of(all, ratio),
          cv.parts_kept[cv.chosen],
          cv.interrupted};
}

}  // namespace hadal
