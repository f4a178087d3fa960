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

/// The first atoms by decreasing least squares size, each with the size s_i >= 0 that fits best
/// beside the others kept and with its shape: what "values" are of structured parts. Atoms whose
/// size is 0 are left out.
RankOneAtoms largest_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count);

/// How many of the largest parts predict best.
struct PartCount {
  Index count = 0;
  double error = 0;  ///< of that many, mean_error on the held-out entries
};

/// The fewest of the largest parts whose squared error on held-out entries exceeds that of the best
/// number of parts by at most two standard errors of the difference: parts that fit noise change
/// held-out errors little, one way or the other.
PartCount parts_worth_keeping(const MatrixProblem& problem, const RankOneAtoms& atoms,
                              const Entries& held_out);

}  // namespace hadal
