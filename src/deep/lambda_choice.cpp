#include "lambda_choice.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include "../fit/resources.hpp"
#include "../fit/sample_folds.hpp"
#include "deep_state.hpp"
#include "hadal/solve/cross_validation.hpp"
#include "torch_threads.hpp"

namespace hadal::deep {
namespace {

/// What all folds share.
struct Shared {
  DeepFitOptions options;  ///< of a fold's training, but for lambda
  FitObserver watch;
  std::mutex mutex;
  std::string identity;
  std::vector<DeepFoldPoint> done;

  const DeepFoldPoint* find(int fold, double ratio) const {
    const auto found = std::find_if(done.begin(), done.end(), [&](const DeepFoldPoint& point) {
      return point.fold == fold && point.ratio == ratio;
    });
    return found == done.end() ? nullptr : &*found;
  }
};

class DeepFold {
 public:
  DeepFold(int number, SampleFold fold, Shared& shared, const std::filesystem::path& checkpoint)
      : number_(number),
        held_out_(std::move(fold.held_out)),
        shared_(shared),
        checkpoint_(checkpoint),
        training_(fold.train, shared.options, shared.watch) {}

  FoldPoint fit(double ratio) {
    if (const std::optional<DeepFoldPoint> known = known_at(ratio)) return in_choice(*known);
    const DeepModel model = training_.at(ratio);
    const NetworkError error = error_on(held_out_, model);
    const DeepFoldPoint point{number_,
                              ratio,
                              model.size(),
                              model.certificate.objective,
                              error.error,
                              error.accuracy,
                              error_on(held_out_, without_copies(model)).error};
    FoldPoint in_path = in_choice(point);
    in_path.interrupted =
        model.stop == StopReason::interrupted || model.stop == StopReason::time_limit;
    if (!in_path.interrupted) keep(point);
    return in_path;
  }

 private:
  static FoldPoint in_choice(const DeepFoldPoint& p) {
    return {p.size,  p.objective,   std::numeric_limits<double>::infinity(),
            p.error, p.empty_error, false};
  }

  std::optional<DeepFoldPoint> known_at(double ratio) const {
    const std::lock_guard lock(shared_.mutex);
    const DeepFoldPoint* const known = shared_.find(number_, ratio);
    return known ? std::optional(*known) : std::nullopt;
  }

  void keep(const DeepFoldPoint& point) {
    const std::lock_guard lock(shared_.mutex);
    shared_.done.push_back(point);
    if (!checkpoint_.empty()) keep_choice(checkpoint_, {shared_.identity, shared_.done});
  }

  int number_;
  SampleData held_out_;
  Shared& shared_;
  std::filesystem::path checkpoint_;
  FoldTraining training_;
};

/// Options of every fold's trainings.
DeepFitOptions of_folds(const SampleData& data, const DeepFitOptions& options) {
  DeepFitOptions of_fold = options;
  of_fold.lambda = {LambdaChoice::Kind::ratio, 0, 0, false};
  of_fold.checkpoint.clear();
  of_fold.resume.clear();
  of_fold.huber_threshold = Frame(data, options).model().huber_threshold;
  return of_fold;
}

}  // namespace

Choice choose_lambda(const SampleData& data, const DeepFitOptions& options,
                     const FitObserver& observer) {
  require_samples(data);
  require_enough_to_choose(data);
  Shared shared{.options = of_folds(data, options),
                .watch = {},
                .mutex = {},
                .identity = identity_of(data, options),
                .done = {}};
  if (!options.resume.empty()) shared.done = resumed_choice(options.resume, shared.identity);
  std::vector<std::unique_ptr<DeepFold>> folds;
  for (SampleFold& fold : sample_folds(data, options.lambda.folds, options.seed))
    folds.push_back(std::make_unique<DeepFold>(static_cast<int>(folds.size()), std::move(fold),
                                               shared, options.checkpoint));
  const std::vector<double> ratios = default_ratios();
  FitProgress progress;
  progress.stage = "cross-validation";
  progress.steps = fits_at_most(ratios, folds.size());
  shared.watch = [&](const FitProgress& of_fold) {
    const std::lock_guard lock(shared.mutex);
    progress.iteration = of_fold.iteration;
    return !observer || observer(progress);
  };
  // Folds are trained side by side, each on one thread: within a team of OpenMP LibTorch takes no
  // more. It sets the threads of OpenMP as well, of which the folds are to have all.
  const Threads one_of_blas(0);
  const int threads = omp_get_max_threads();
  const TorchThreads one(1);
  omp_set_num_threads(threads);
  CrossValidation cv = cross_validate(
      folds, ratios, options.lambda.one_standard_error,
      [&](int step) {
        const std::lock_guard lock(shared.mutex);
        progress.step = step;
      },
      Plateau::is_crossed);
  Choice choice;
  choice.ratio = cv.path[cv.chosen].lambda;
  choice.error = {cv.path[cv.chosen].validation_error, 0};
  int known = 0;
  for (int fold = 0; fold < static_cast<int>(folds.size()); ++fold)
    if (const DeepFoldPoint* const point = shared.find(fold, choice.ratio)) {
      choice.error.accuracy += point->accuracy;
      ++known;
    }
  choice.error.accuracy /= known;  // not a number where the choice was cut short at once
  choice.path = std::move(cv.path);
  choice.record = {shared.identity, std::move(shared.done)};
  choice.interrupted = cv.interrupted;
  return choice;
}

}  // namespace hadal::deep
