#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "hadal/model/loss_kind.hpp"
#include "hadal/model/trace.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// How lambda is chosen: given, as a ratio of lambda_max, or by cross-validation.
struct LambdaChoice {
  enum class Kind { absolute, ratio, cross_validated };
  Kind kind = Kind::cross_validated;
  double value = 0;  ///< lambda, or the ratio in (0, 1]
  int folds = 5;     ///< of a cross-validation, 2 .. 100
  bool one_standard_error =
      false;  ///< take the largest lambda within one standard error of the best
};

/// Which proof to produce: `automatic` takes the deterministic one where the matrix is small enough
/// for it to cost little, the probabilistic one otherwise.
enum class ProofChoice { automatic, deterministic, probabilistic, none };

enum class RefitChoice { none, automatic };

/// What the fits of all families are asked for.
struct FitOptions {
  LambdaChoice lambda;
  LossKind loss = LossKind::squared;
  double huber_threshold = 0;  ///< of the Huber loss, data units; 0: default_huber_threshold
  double tolerance = 1e-6;     ///< on the relative gap, >= 1e-12
  ProofChoice proof = ProofChoice::automatic;
  double failure_probability = 1e-12;  ///< of a probabilistic proof, in (0, 1)
  Index size_max = 0;                  ///< 0: no limit
  int iteration_max = 1000;            ///< outer iterations
  double time_limit = 0;               ///< seconds; 0: none
  int threads = 0;                     ///< 0: all cores
  std::uint64_t seed = 0;
  /// Written after every outer iteration, and after every fit of a fold while lambda is being
  /// chosen; empty: none.
  std::filesystem::path checkpoint;
  std::filesystem::path resume;  ///< a checkpoint to go on from; empty: start from nothing
  /// Polled within long searches and descents, from any thread: true stops the fit as an observer
  /// does, without waiting for the next iteration.
  std::function<bool()> cancelled = [] { return false; };
};

/// What an observer is told while a fit runs.
struct FitProgress {
  const char* stage = "fit";  ///< "fit", "cross-validation", "refit", "path" or "Gram matrix"
  int step = 0;               ///< of the stage, e.g. the point of the path
  int steps = 0;
  OuterIteration iteration;
};

/// Returns false to stop the fit; the best model so far is then returned, stop = interrupted.
using FitObserver = std::function<bool(const FitProgress&)>;

}  // namespace hadal
