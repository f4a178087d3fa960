#pragma once

#include "hadal/data/samples.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/model/network_model.hpp"

namespace hadal {

/// Options of a network's fit. A probabilistic proof is one that holds with certainty here.
/// Classifications have the logistic loss (two classes) or the multinomial one, whatever `loss`
/// says of regressions.
struct NetworkFitOptions : FitOptions {
  NetworkFitOptions() { tolerance = 1e-4; }

  Activation activation;
  UnitPenalty penalty = UnitPenalty::product;
  /// Of linear units with the product penalty: so many gates, whose directions are drawn at random
  /// (normal, by the seed); 0: none. The optimum is one of networks behind these gates.
  Index gates = 0;
  bool bias = true;         ///< a last input that is always 1; its weights are penalised as well
  bool standardise = true;  ///< inputs to mean 0 and standard deviation 1; else they stay
  /// Part of the samples, in (0, 1), held out at random to choose lambda by, in place of a
  /// cross-validation; 0: none.
  double validation = 0;
};

/// Fits the network with one hidden layer that minimises NetworkModel's objective over all widths,
/// as far as a search of the polar finds, with a proof of how far from the optimum it can be
/// (docs/networks.md). A chosen lambda is the ratio to lambda_max whose fits predict held-out
/// samples best: by the root mean squared error, or by the mean loss of classifications.
/// Throws ArgumentError for an option out of range or a loss that does not fit the task, and
/// DataError for data without samples or targets, or with a value that the loss does not take.
NetworkModel fit_network(const SampleData& data, const NetworkFitOptions& options,
                         const FitObserver& observer = {});

}  // namespace hadal
