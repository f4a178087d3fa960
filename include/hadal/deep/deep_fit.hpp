#pragma once

#include "hadal/data/samples.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/model/deep_model.hpp"

namespace hadal {

/// Options of the fit of parallel deep subnetworks. Of FitOptions it has no tolerance and no proof,
/// and epochs take the place of outer iterations.
struct DeepFitOptions : FitOptions {
  DeepFitOptions() { lambda = {LambdaChoice::Kind::ratio, 0.002, 0, false}; }

  Architecture architecture;
  LayerPenalty penalty = LayerPenalty::powers;
  /// Allows a penalty of another degree than the subnetwork's, to show the local minima that it
  /// has; new copies are then appended only where some length lowers the objective.
  bool mismatched = false;
  bool standardise = true;  ///< inputs to mean 0 and deviation 1; of pictures channel by channel
  int epochs = 100;
  Index batch = 64;             ///< samples of a step
  double learning_rate = 3e-3;  ///< of Adam at the start; it falls to 0 along a cosine
  double validation = 0;        ///< part of the samples held out to stop early by, in [0, 1)
  int patience = 20;            ///< epochs without a smaller error on them until it stops
  int growth_interval = 4;      ///< epochs between two searches for new copies
  Index growth = 4;             ///< most copies that are appended at a time
  Index starts = 8;             ///< of a search
};

/// Whether this library was built with LibTorch.
bool deep_available();

/// Fits parallel copies of a subnetwork, starting from none: between epochs of Adam on mini-batches
/// a polar search (many ascents at once) looks for copies that lower the objective, and copies
/// whose best scale is 0 are removed. Deterministic: the same data, options and number of threads
/// give the same model, resumed or not. It proves nothing (DeepModel). Uses a GPU where there is
/// one. Single precision, but for the figures of the model, which are computed in double.
///
/// A cross-validation trains every fold at every ratio that it looks at, from none; folds side by
/// side, each on one thread; and all samples at the ratio that is chosen. A checkpoint holds what
/// the folds have come to, and a resumed fit does not train them again. With `validation` every
/// training stops early by a part of its own samples.
///
/// Throws ArgumentError for options out of range, an architecture that does not fit the data
/// (hadal::plan) or a penalty of another degree, or where deep_available() is false; DataError for
/// data without samples or targets; Error for what LibTorch cannot do, such as to get memory.
DeepModel fit_deep_network(const SampleData& data, const DeepFitOptions& options,
                           const FitObserver& observer = {});

}  // namespace hadal
