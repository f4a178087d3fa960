#pragma once

#include <optional>

#include "hadal/fit/matrix_problem.hpp"

namespace hadal {

/// Refits on the model's own row and column spaces, X = E K H^T with E, H the orthonormal bases:
///   values: K diagonal, least squares (as many unknowns as atoms);
///   core:   K any matrix, least squares plus ridge/2 ||K - diag(sigma)||_F^2.
/// Both undo the shrinkage of the singular values by the penalty.
Matrix refit_values(const MatrixProblem& problem, const RankOneAtoms& atoms);
Matrix refit_core(const MatrixProblem& problem, const RankOneAtoms& atoms, double ridge);

/// Chooses between the penalised model and its refits by the error on a tenth of the entries held
/// out at random, and applies the choice to the full model's atoms. Of structured parts the refit
/// is joined_parts, as many as are worth keeping. What is held out is left out of a fit of its own,
/// which `watch` may end, as `time_left` seconds do. Nothing then, or when the penalised model
/// predicts best.
std::optional<Refit> best_refit(const MatrixData& data, const MatrixFitOptions& options,
                                const MatrixProblem& problem, const RankOneAtoms& atoms,
                                double lambda, const SolveObserver& watch, double time_left);

/// The parts joined to as many as a cross-validation found to be worth keeping, of this error.
Refit refit_of_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count,
                     double error);

}  // namespace hadal
