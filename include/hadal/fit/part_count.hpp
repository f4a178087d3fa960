#pragma once

#include "hadal/fit/matrix_problem.hpp"

namespace hadal {

/// The parts of a structured model given their sizes back (with_fitted_sizes), joined to at most
/// `count` (join_parts), and given their sizes again. Precondition: count >= 1.
RankOneAtoms joined_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count);

/// How many joined parts predict best.
struct PartCount {
  Index count = 0;
  double error = 0;  ///< mean_error of that many on the held-out entries, as they were joined
};

/// The fewest joined parts whose squared error on held-out entries exceeds that of the best number
/// of parts by at most two standard errors of the difference: parts that fit noise, and parts of
/// one part, change held-out errors little, one way or the other.
PartCount parts_worth_keeping(const MatrixProblem& problem, const RankOneAtoms& atoms,
                              const Entries& held_out);

}  // namespace hadal
