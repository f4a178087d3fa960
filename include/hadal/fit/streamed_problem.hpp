#pragma once

#include <optional>

#include "hadal/atom/streamed.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/kernel/centred_rows.hpp"
#include "hadal/loss/streamed_squared.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// MatrixProblem for a fully observed matrix that is read anew in every pass: the squared loss
/// without weights, structured norms, and offsets that are means.
class StreamedProblem {
 public:
  /// Makes two or three passes, and those for the Gram matrix that StreamedFamily describes. Throws
  /// DataError for an entry that is missing, and where MatrixProblem does. The source must outlive
  /// the problem.
  StreamedProblem(RowSource& source, const MatrixFitOptions& options,
                  const CentredRows::Watch& watch);
  StreamedProblem(const StreamedProblem&) = delete;
  StreamedProblem& operator=(const StreamedProblem&) = delete;

  /// The best that a search of the polar finds; lambda_at: this part of it, never 0.
  double lambda_max() const;
  double lambda_at(double ratio) const;

  /// As MatrixProblem::solve, from no atoms.
  SolveResult<RankOneAtoms> solve(double lambda, SolveOptions options,
                                  const SolveObserver& observer) const;
  /// Fills in the model's problem and factors, in the data's units.
  void describe(const RankOneAtoms& atoms, MatrixModel& model) const;

  const ObservedPattern& pattern() const { return family_->structured().pattern(); }

 private:
  Offset offset_;
  double data_unit_ = 1;
  std::optional<CentredRows> target_;
  std::optional<StreamedSquaredLoss> loss_;
  std::optional<StreamedFamily> family_;
  mutable std::optional<double> lambda_max_;
};

}  // namespace hadal
