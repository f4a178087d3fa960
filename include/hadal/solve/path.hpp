#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "hadal/solve/options.hpp"

namespace hadal {

/// Follows the solutions down a path of lambda: sorts the lambdas, largest first, solves at each
/// from the atoms of the one before, and hands every result to visit(lambda, result). A result that
/// was cut short (interrupted, time limit) is the last.
///   solve(lambda, atoms) -> SolveResult<Atoms>
template <class Atoms, class Solve, class Visit>
void follow_path(std::vector<double> lambdas, Atoms atoms, const Solve& solve, const Visit& visit) {
  std::sort(lambdas.begin(), lambdas.end(), std::greater<>());
  for (const double lambda : lambdas) {
    SolveResult<Atoms> result = solve(lambda, std::move(atoms));
    const bool cut_short =
        result.stop == StopReason::interrupted || result.stop == StopReason::time_limit;
    visit(lambda, result);
    if (cut_short) return;
    atoms = std::move(result.atoms);
  }
}

}  // namespace hadal
