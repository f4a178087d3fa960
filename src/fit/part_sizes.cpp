#include "hadal/fit/part_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hadal/fit/unit_atoms.hpp"

namespace hadal {
namespace {

RankOneAtoms with_sizes(const RankOneAtoms& atoms, const Vector& sizes) {
  const Vector root = sizes.cwiseQuotient(singular_values(atoms)).cwiseSqrt();
  return {Factor(atoms.u * root.asDiagonal()), Factor(atoms.v * root.asDiagonal())};
}

/// The minimiser over s >= 0, one size at a time from s.
Vector nonnegative_sizes(const SizesProblem& problem, Vector s) {
  constexpr int sweep_max = 10000;
  for (int sweep = 0; sweep < sweep_max; ++sweep) {
    double moved = 0;
    for (Index c = 0; c < s.size(); ++c) {
      if (!(problem.normal(c, c) > 0)) continue;
      const double slope = problem.normal.col(c).dot(s) - problem.right[c];
      const double next = std::max(0.0, s[c] - slope / problem.normal(c, c));
      moved = std::max(moved, std::abs(next - s[c]));
      s[c] = next;
    }
    if (moved <= 1e-10 * s.cwiseAbs().maxCoeff()) break;
  }
  return s;
}

}  // namespace

SizesProblem sizes_problem(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const UnitAtoms unit(problem.family(), atoms);
  const Vector y = problem.target_at(atoms);
  const Vector& w = problem.weight();
  const Index r = atoms.size();
  Matrix normal = Matrix::Zero(r, r);
  Vector right = Vector::Zero(r);
  // Rows left_i * right_j, one for each entry, a block at a time: their products with themselves
  // are what takes the time, and BLAS does many at once.
  constexpr Index block = 1024;
  Factor rows(block, r);
  Index filled = 0;
  const auto flush = [&] {
    normal.selfadjointView<Eigen::Lower>().rankUpdate(rows.topRows(filled).transpose());
    filled = 0;
  };
  problem.pattern().for_each([&](Index k, Index i, Index j) {
    const double root = w.size() ? std::sqrt(w[k]) : 1;
    rows.row(filled) = root * unit.left.row(i).cwiseProduct(unit.right.row(j));
    right += root * y[k] * rows.row(filled).transpose();
    if (++filled == block) flush();
  });
  if (filled > 0) flush();
  // A ridge at rounding level: two atoms may look alike at the observed entries.
  normal.diagonal().array() += 1e-12 * normal.diagonal().maxCoeff();
  return {normal.selfadjointView<Eigen::Lower>(), right};
}

RankOneAtoms with_fitted_sizes(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const Vector sizes = nonnegative_sizes(sizes_problem(problem, atoms), singular_values(atoms));
  std::vector<Index> kept;
  for (Index i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > 0) kept.push_back(i);
  }
  return with_sizes({atoms.u(Eigen::all, kept), atoms.v(Eigen::all, kept)}, sizes(kept));
}

}  // namespace hadal
