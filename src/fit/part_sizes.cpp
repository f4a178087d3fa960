#include "hadal/fit/part_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "hadal/fit/unit_atoms.hpp"

namespace hadal {
namespace {

std::vector<Index> positive(const Vector& sizes) {
  std::vector<Index> which;
  for (Index i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > 0) which.push_back(i);
  }
  return which;
}

RankOneAtoms chosen(const RankOneAtoms& atoms, const Vector& sizes) {
  const std::vector<Index> which = positive(sizes);
  return {atoms.u(Eigen::all, which), atoms.v(Eigen::all, which)};
}

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
      if (!(problem.normal(c, c) > 0)) {
        s[c] = 0;
        continue;
      }
      const double slope = problem.normal.col(c).dot(s) - problem.right[c];
      const double next = std::max(0.0, s[c] - slope / problem.normal(c, c));
      moved = std::max(moved, std::abs(next - s[c]));
      s[c] = next;
    }
    if (moved <= 1e-10 * s.cwiseAbs().maxCoeff()) break;
  }
  return s;
}

/// For each line of a factor the atoms that are not zero there.
class ActiveAtoms {
 public:
  explicit ActiveAtoms(const Factor& factor) {
    for (Index i = 0; i < factor.rows(); ++i) {
      for (Index c = 0; c < factor.cols(); ++c) {
        if (factor(i, c) != 0) atom_.push_back(c);
      }
      start_.push_back(static_cast<Index>(atom_.size()));
      const auto count = static_cast<double>(start_[i + 1] - start_[i]);
      pairs_ += count * count / static_cast<double>(factor.rows());
    }
  }

  std::span<const Index> of(Index line) const {
    return {atom_.data() + start_[line], atom_.data() + start_[line + 1]};
  }
  double pairs() const { return pairs_; }  ///< of a line, on average

 private:
  std::vector<Index> start_ = {0}, atom_;
  double pairs_ = 0;
};

/// Sums of x x^T for one x at each entry, into the lower triangle; x is zero but for the active
/// atoms. With many of them a block of entries at a time: BLAS multiplies many at once.
class NormalSum {
 public:
  explicit NormalSum(Index atoms) : sum_(Matrix::Zero(atoms, atoms)), block_(rows_max, atoms) {}

  void add_sparse(std::span<const Index> active, const Vector& x) {
    for (const Index a : active) {
      for (const Index b : active) {
        if (b > a) break;
        sum_(a, b) += x[a] * x[b];
      }
    }
  }

  void add_dense(const Vector& x) {
    block_.row(filled_++) = x.transpose();
    if (filled_ == rows_max) flush();
  }

  Matrix take() {
    if (filled_ > 0) flush();  // no rows at all would make Eigen divide by zero
    return sum_.selfadjointView<Eigen::Lower>();
  }

 private:
  static constexpr Index rows_max = 1024;

  void flush() {
    sum_.selfadjointView<Eigen::Lower>().rankUpdate(block_.topRows(filled_).transpose());
    filled_ = 0;
  }

  Matrix sum_;
  Factor block_;
  Index filled_ = 0;
};

}  // namespace

SizesProblem sizes_problem(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const UnitAtoms unit(problem.family(), atoms);
  const Vector y = problem.target_at(atoms);
  const Vector& w = problem.weight();
  const Index r = atoms.size();
  const ActiveAtoms rows(unit.left), columns(unit.right);
  const bool by_rows = rows.pairs() < columns.pairs();
  // BLAS takes about a sixteenth of the time for a pair.
  const bool sparse = 16 * std::min(rows.pairs(), columns.pairs()) < static_cast<double>(r * r);
  NormalSum normal(r);
  Vector right = Vector::Zero(r), x(r);
  problem.pattern().for_each([&](Index k, Index i, Index j) {
    const double root = w.size() ? std::sqrt(w[k]) : 1;
    if (!sparse) {
      x = root * unit.left.row(i).cwiseProduct(unit.right.row(j)).transpose();
      right += root * y[k] * x;
      normal.add_dense(x);
      return;
    }
    const std::span<const Index> active = by_rows ? rows.of(i) : columns.of(j);
    for (const Index a : active) {
      x[a] = root * unit.left(i, a) * unit.right(j, a);
      right[a] += root * y[k] * x[a];
    }
    normal.add_sparse(active, x);
  });
  SizesProblem sizes{normal.take(), right};
  // A ridge at rounding level: two atoms may look alike at the observed entries.
  sizes.normal.diagonal().array() += 1e-12 * sizes.normal.diagonal().maxCoeff();
  return sizes;
}

RankOneAtoms with_fitted_sizes(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const RankOneAtoms given = chosen(atoms, singular_values(atoms));
  if (given.size() == 0) return given;
  const Vector sizes = nonnegative_sizes(sizes_problem(problem, given), singular_values(given));
  return with_sizes(chosen(given, sizes), sizes(positive(sizes)));
}

}  // namespace hadal
