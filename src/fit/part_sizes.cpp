#include "hadal/fit/part_sizes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

/// Atoms by decreasing least squares size, and the problem of their sizes in that order.
struct OrderedParts {
  RankOneAtoms atoms;
  SizesProblem problem;
  Vector sizes;  ///< of all of them together, all positive
};

OrderedParts ordered_parts(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const SizesProblem all = sizes_problem(problem, atoms);
  const Vector sizes = nonnegative_sizes(all, singular_values(atoms));
  std::vector<Index> order;
  for (Index i = 0; i < sizes.size(); ++i) {
    if (sizes[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return sizes[a] > sizes[b]; });
  return {{atoms.u(Eigen::all, order), atoms.v(Eigen::all, order)},
          {all.normal(order, order), all.right(order)},
          sizes(order)};
}

/// The sizes of the first `count` parts when there are no others.
Vector first_sizes(const OrderedParts& parts, Index count) {
  return nonnegative_sizes(
      {parts.problem.normal.topLeftCorner(count, count), parts.problem.right.head(count)},
      parts.sizes.head(count));
}

/// Errors on entries of predictions by the first 0, 1, 2, ... parts.
class NestedErrors {
 public:
  NestedErrors(const MatrixProblem& problem, const OrderedParts& parts, const Entries& entries)
      : entries_(entries) {
    const Index r = parts.sizes.size();
    problem.describe(with_sizes(parts.atoms, Vector::Ones(r)), model_);
    left_ = model_.dictionary_u.times(model_.u);
    right_ = model_.dictionary_v.times(model_.v);
    sizes_ = Matrix::Zero(r, r + 1);
    for (Index count = 1; count <= r; ++count) {
      sizes_.col(count).head(count) = first_sizes(parts, count);
    }
  }

  /// Calls take(squared errors weighted, one column for each number of parts) for blocks of
  /// entries.
  template <class Take>
  void for_blocks(const Take& take) const {
    constexpr Index block = 1024;
    const Index n = entries_.size(), r = sizes_.rows();
    Factor unit(block, r), errors;
    for (Index from = 0; from < n; from += block) {
      const Index count = std::min(block, n - from);
      Vector offset(count), weight(count);
      for (Index k = 0; k < count; ++k) {
        const Index i = entries_.row[from + k], j = entries_.column[from + k];
        unit.row(k) = model_.norm.at(i, j) * left_.row(i).cwiseProduct(right_.row(j));
        offset[k] = entries_.value[from + k] - model_.offset.at(i, j);
        weight[k] = entries_.weight.empty() ? 1 : entries_.weight[from + k];
      }
      errors.noalias() = unit.topRows(count) * sizes_;
      errors = ((-errors).colwise() + offset).cwiseAbs2();
      take(Factor(weight.asDiagonal() * errors), weight);
    }
  }

 private:
  const Entries& entries_;
  MatrixModel model_;
  Factor left_, right_;
  Matrix sizes_;  ///< column c: of the first c parts
};

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
  flush();
  // A ridge at rounding level: two atoms may look alike at the observed entries.
  normal.diagonal().array() += 1e-12 * normal.diagonal().maxCoeff();
  return {normal.selfadjointView<Eigen::Lower>(), right};
}

RankOneAtoms largest_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count) {
  const OrderedParts parts = ordered_parts(problem, atoms);
  count = std::min(count, parts.sizes.size());
  return with_sizes({parts.atoms.u.leftCols(count), parts.atoms.v.leftCols(count)},
                    first_sizes(parts, count));
}

PartCount parts_worth_keeping(const MatrixProblem& problem, const RankOneAtoms& atoms,
                              const Entries& held_out) {
  const OrderedParts parts = ordered_parts(problem, atoms);
  const NestedErrors errors(problem, parts, held_out);
  const Index r = parts.sizes.size();
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(r + 1);
  double total = 0;
  errors.for_blocks([&](const Factor& e, const Vector& weight) {
    sum += e.colwise().sum();
    total += weight.sum();
  });
  Index best;
  sum.minCoeff(&best);
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(r + 1);  // of the differences to the best
  errors.for_blocks([&](const Factor& e, const Vector&) {
    squares += (e.colwise() - e.col(best)).cwiseAbs2().colwise().sum();
  });
  Index count = 0;
  // The standard error of a sum of differences is the root of the sum of their squares, their mean
  // being small beside their spread. Two of them: the best number is the best of many.
  while (count < best && sum[count] - sum[best] > 2 * std::sqrt(squares[count])) ++count;
  return {count, mean_error(LossKind::squared, sum[count], total)};
}

}  // namespace hadal
