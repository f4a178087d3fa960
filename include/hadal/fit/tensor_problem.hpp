#pragma once

#include <variant>

#include "hadal/atom/tensor.hpp"
#include "hadal/fit/tensor_fit.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// A tensor problem in units of its own: data are divided by a power of 2^K, of which every factor
/// takes an equal share, and weights by a power of four, so that results are scaled exactly.
class TensorProblem {
 public:
  /// Throws DataError when there are no entries or their squares would overflow a double, and
  /// ArgumentError for norms that do not fit the tensor. Precondition: values that the loss takes;
  /// categories of the multinomial loss are in the options.
  TensorProblem(const TensorEntries& entries, const TensorFitOptions& options);
  TensorProblem(const TensorProblem&) = delete;
  TensorProblem& operator=(const TensorProblem&) = delete;

  /// The best that a search of the polar finds at Z = 0.
  double lambda_max() const { return lambda_max_; }
  /// This part of lambda_max; never 0.
  double lambda_at(double ratio) const;

  /// A loop that has not begun, with these atoms; with none: family().empty().
  LoopState<TensorAtoms> start_from(TensorAtoms atoms) const;
  /// Runs the solve loop at lambda, given and returned in the data's units except for the atoms.
  /// The states that the checkpoint gets, and the one that the loop starts from, are in the
  /// problem's own.
  SolveResult<TensorAtoms> solve(double lambda, LoopState<TensorAtoms> start, SolveOptions options,
                                 const SolveObserver& observer,
                                 const Checkpoint<TensorAtoms>& checkpoint = {}) const;

  /// Fills in the model's problem and factors, in the data's units.
  void describe(const TensorAtoms& atoms, TensorModel& model) const;
  /// The mean_error on the problem's own entries, unweighted, data units.
  double train_error(const TensorAtoms& atoms) const;
  /// The weighted mean_error on other entries of the same tensor, in the data's units.
  double error_on(const TensorEntries& entries, const TensorAtoms& atoms) const;

  /// The least-squares sizes of the atoms, >= 0 where all modes are; atoms of size 0 are left out.
  TensorAtoms with_fitted_sizes(const TensorAtoms& atoms) const;
  /// All factors fitted again without penalty, from these.
  TensorAtoms with_fitted_factors(const TensorAtoms& atoms) const;

  const TensorFamily& family() const { return family_; }
  /// Of the tensor that is decomposed: the data's, and another mode where they have categories.
  const std::vector<Index>& shape() const { return pattern_.shape(); }
  /// What the data are divided by.
  double data_unit() const { return data_unit_; }
  /// factors in the data's units are this times the problem's own.
  double factor_unit() const;
  double huber_threshold() const { return huber_threshold_; }

 private:
  using AnyLoss = std::variant<SquaredLoss, HuberLoss, LogisticLoss, PoissonLoss, MultinomialLoss>;
  /// What the loss is summed over: entries of the data, or the scores of their categories.
  class Summands;
  TensorProblem(const Summands& summands, const TensorFitOptions& options);
  AnyLoss loss_of(Vector y, Vector weight) const;
  double entry_error_at(Index k, double y, const Vector& z) const;
  Matrix sizes_normal_matrix(const TensorAtoms& atoms) const;
  double lambda_unit() const { return data_unit_ * weight_unit_; }

  TensorPattern pattern_;
  TensorFamily family_;
  LossKind kind_;
  std::vector<std::int64_t> categories_;  ///< of the multinomial loss
  double huber_threshold_ = 0;
  double data_unit_ = 1, weight_unit_ = 1;
  AnyLoss loss_;
  double lambda_max_ = 0;
};

}  // namespace hadal
