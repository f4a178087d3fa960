#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "hadal/atom/hidden_unit.hpp"
#include "hadal/fit/network_fit.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// The samples in these rows.
SampleData samples_at(const SampleData& data, const std::vector<Index>& rows);

/// How well a network predicts.
struct NetworkError {
  double error = 0;  ///< root mean squared, or the mean loss of a classification
  double accuracy =
      0;  ///< part of the samples whose class is the most probable; NaN of regressions
};

/// A network's problem, with standardised inputs, and targets of the squared and Huber losses
/// divided by a power of two, of which both layers take an equal share.
class NetworkProblem {
 public:
  /// Throws DataError for no samples, no targets or values that the loss does not take.
  NetworkProblem(const SampleData& data, const NetworkFitOptions& options);
  NetworkProblem(const NetworkProblem&) = delete;  // the family holds the inputs' address
  NetworkProblem& operator=(const NetworkProblem&) = delete;

  double lambda_max() const { return lambda_max_; }
  double lambda_at(double ratio) const;

  /// Runs the solve loop at lambda, given and returned in the data's units except for the atoms.
  SolveResult<HiddenUnits> solve(double lambda, HiddenUnits start, SolveOptions options,
                                 const SolveObserver& observer) const;

  /// The model of these units, without a claim.
  NetworkModel model_of(const HiddenUnits& units) const;
  const HiddenUnitFamily& family() const { return *family_; }

 private:
  using AnyLoss = std::variant<SquaredLoss, HuberLoss, LogisticLoss, PoissonLoss, MultinomialLoss>;
  void standardise(const SampleData& data, const NetworkFitOptions& options);
  void set_targets(const SampleData& data, const NetworkFitOptions& options);
  double lambda_unit() const { return data_unit_ * weight_unit_; }
  double factor_unit() const;

  NetworkModel frame_;  ///< all that does not depend on the units
  Factor x_;
  std::unique_ptr<HiddenUnitFamily> family_;
  double data_unit_ = 1, weight_unit_ = 1, lambda_max_ = 0;
  AnyLoss loss_;
};

/// The loss of a task; throws ArgumentError for one that does not fit it.
LossKind loss_of_task(const SampleData& data, LossKind asked);

/// How well a model predicts samples with targets, these weighted or not.
NetworkError error_of(const NetworkModel& model, const SampleData& data, bool weighted = true);

}  // namespace hadal
