#include "hadal/deep/deep_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "../fit/option_checks.hpp"
#include "../fit/resources.hpp"
#include "device.hpp"
#include "hadal/error.hpp"
#include "lambda_choice.hpp"
#include "torch_threads.hpp"

namespace hadal {
namespace deep {
namespace {

void check_deep_options(const DeepFitOptions& o) {
  check_fit_options(o);
  require_option(o.epochs >= 1, "epochs", o.epochs, "at least 1");
  require_option(o.batch >= 1, "batch", static_cast<double>(o.batch), "at least 1");
  require_option(o.learning_rate > 0 && std::isfinite(o.learning_rate), "learning rate",
                 o.learning_rate, "a finite number > 0");
  require_option(o.validation >= 0 && o.validation < 1, "validation", o.validation,
                 "a part of the samples, in (0, 1)");
  require_option(o.patience >= 1, "patience", o.patience, "at least 1");
  require_option(o.growth_interval >= 1, "growth interval", o.growth_interval, "at least 1");
  require_option(o.growth >= 1, "growth", static_cast<double>(o.growth), "at least 1");
  require_option(o.starts >= 1, "starts", static_cast<double>(o.starts), "at least 1");
}

/// The choice of lambda, and then a training on all samples.
DeepModel train_at_chosen(const SampleData& data, DeepFitOptions options,
                          const FitObserver& observer) {
  const Stopwatch clock(options.time_limit);
  Choice choice = choose_lambda(data, options, observer);
  options.lambda = {LambdaChoice::Kind::ratio, choice.ratio, 0, false};
  if (choice.interrupted) {
    // What is trained now is at no final lambda: a resumed fit is not to go on from it.
    options.checkpoint.clear();
    if (clock.left() > 0) options.cancelled = [] { return true; };
  }
  if (options.time_limit > 0) options.time_limit = std::max(1e-3, clock.left());
  DeepModel model = train(data, options, observer, choice.record);
  model.path = std::move(choice.path);
  for (PathPoint& point : model.path) point.lambda *= model.lambda_max;
  if (model.held.empty()) {
    model.validation_error = choice.error.error;
    model.validation_accuracy = choice.error.accuracy;
  }
  model.seconds = clock.elapsed();
  return model;
}

}  // namespace
}  // namespace deep

bool deep_available() { return true; }

DeepModel fit_deep_network(const SampleData& data, const DeepFitOptions& options,
                           const FitObserver& observer) {
  deep::check_deep_options(options);
  const deep::TorchThreads threads(options.threads);
  const deep::RepeatableConvolutions convolutions;
  const BlasThreads blas(options.threads, std::numeric_limits<Index>::max());
  try {
    return options.lambda.kind == LambdaChoice::Kind::cross_validated
               ? deep::train_at_chosen(data, options, observer)
               : deep::train(data, options, observer);
  } catch (const c10::Error& error) {  // its own text goes on with a list of addresses
    const std::string text = error.what_without_backtrace();
    const bool too_large = text.find("allocate") != std::string::npos;
    throw Error(fmt::format("{}LibTorch: {}",
                            too_large ? "there is not enough memory; expected smaller layers or "
                                        "pictures, batches or fewer starts of searches; "
                                      : "",
                            text));
  }
}

}  // namespace hadal
