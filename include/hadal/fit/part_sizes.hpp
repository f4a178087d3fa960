#pragma once

#include "hadal/fit/matrix_problem.hpp"

namespace hadal {

/// Least squares for the sizes s of atoms of length 1, X = sum_i s_i u_i v_i^T, up to a constant:
/// s^T normal s / 2 - right^T s. Precondition: the squared loss.
struct SizesProblem {
  Matrix normal;
  Vector right;
};

SizesProblem sizes_problem(const MatrixProblem& problem, const RankOneAtoms& atoms);

/// The atoms, each with its shape and the size s_i >= 0 that fits best beside the others; those of
/// size 0 are left out.
RankOneAtoms with_fitted_sizes(const MatrixProblem& problem, const RankOneAtoms& atoms);

}  // namespace hadal
