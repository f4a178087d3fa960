#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "hadal/atom/rank_one.hpp"
#include "hadal/atom/structured.hpp"
#include "hadal/data/entries.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/loss/curved_offset.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// A matrix problem made ready to be solved: offsets removed, norm weights counted, and data and
/// weights scaled by powers of two, so that data of any magnitude are solved in the same digits.
/// (Classes and counts are not scaled: their losses are no homogeneous functions. data_unit = 1.)
/// With y = data_unit * y', w = weight_unit * w': F = data_unit^2 weight_unit F',
/// lambda = data_unit weight_unit lambda', and factors scale with sqrt(data_unit), all exactly.
/// Dictionaries that are given entry by entry are scaled likewise: with A = a A' and B = b B',
/// coefficients scale with 1 / sqrt(a b) and lambda with a b.
/// With the multinomial loss the problem is that of the matrix of scores, see scores_of.
class MatrixProblem {
 public:
  /// Throws DataError when there are no entries, or their squares would overflow a double, and
  /// ArgumentError for a Huber threshold that vanishes beside the data. Precondition: values that
  /// the loss takes, see require_values_of; categories of the multinomial loss are in the options.
  MatrixProblem(const Entries& entries, const MatrixFitOptions& options);
  MatrixProblem(const MatrixProblem&) = delete;
  MatrixProblem& operator=(const MatrixProblem&) = delete;

  /// The smallest lambda whose solution is X = 0: sigma_1 of the scaled residual at Z = 0, or the
  /// best that a search of the polar finds where the norms are structured. Computed when first
  /// asked for, when the entries may be gone already. Not for two threads at once.
  double lambda_max() const;
  /// This part of lambda_max; never 0, also where there is nothing to fit and lambda_max is: the
  /// solution then is X = 0 for every lambda.
  double lambda_at(double ratio) const;

  /// Runs the solve loop at lambda, given and returned in the data's units except for the atoms,
  /// which stay in the problem's own (see `factors`). options.lambda is ignored.
  SolveResult<RankOneAtoms> solve(double lambda, LoopState<RankOneAtoms> start,
                                  SolveOptions options, const SolveObserver& observer,
                                  const Checkpoint<RankOneAtoms>& checkpoint) const;

  /// A state to start from: no atoms, or these.
  LoopState<RankOneAtoms> start() const;
  LoopState<RankOneAtoms> start_from(RankOneAtoms atoms) const;

  /// Fills in the model's problem and factors, in the data's units, from atoms in the problem's.
  void describe(const RankOneAtoms& atoms, MatrixModel& model) const;

  /// The mean_error on the problem's own entries, unweighted, data units.
  double train_error(const RankOneAtoms& atoms) const;

  const RankOneFamily& family() const { return family_; }
  bool structured() const { return structured_.has_value(); }
  const ObservedPattern& pattern() const { return pattern_; }
  const CoefficientSpace& space() const { return family_.space(); }
  double data_unit() const { return data_unit_; }
  double factor_unit() const;                                  ///< u = factor_unit u'
  double huber_threshold() const { return huber_threshold_; }  ///< data units; 0: another loss
  /// Offset-free, scaled data and weights (empty: ones), in the pattern's order.
  const Vector& target() const;
  const Vector& weight() const;
  /// Target minus the free offsets at the atoms, if any; the plain target otherwise. Precondition:
  /// a loss in the data's units.
  Vector target_at(const RankOneAtoms& atoms) const;

 private:
  using AnyLoss = std::variant<SquaredLoss, FreeOffsetLoss, HuberLoss, LogisticLoss, PoissonLoss,
                               CurvedOffsetLoss, MultinomialLoss>;

  /// What the loss is summed over: entries of the data, or the scores of their categories.
  class Summands;
  MatrixProblem(const Summands& summands, const MatrixFitOptions& options);

  AnyLoss loss_of(Vector y, Vector weight) const;
  template <class F>
  decltype(auto) with_loss(const F& f) const {
    return std::visit(f, *loss_);
  }
  double lambda_unit() const { return data_unit_ * weight_unit_ * dictionary_unit_; }
  std::optional<OffsetValues> free_offsets_at(const Vector& z) const;
  Offset offset_at(const RankOneAtoms& atoms) const;

  ObservedPattern pattern_;
  Offset offset_;
  NormWeights norm_;
  LossKind kind_;
  std::vector<std::int64_t> categories_;  ///< of the multinomial loss
  double huber_threshold_ = 0;
  double data_unit_ = 1, weight_unit_ = 1;
  Dictionary dictionary_u_, dictionary_v_;  ///< as given
  double dictionary_unit_;                  ///< a b
  std::optional<AnyLoss> loss_;
  RankOneFamily family_;
  std::optional<StructuredFamily> structured_;  ///< takes the place of family_ in the fit
  mutable std::optional<double> lambda_max_;
};

}  // namespace hadal
