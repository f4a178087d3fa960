#include "hadal/fit/part_count.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/fit/part_joins.hpp"
#include "hadal/fit/part_sizes.hpp"

namespace hadal {
namespace {

/// Errors on entries of predictions by 0, 1, 2, ... joined parts.
class JoinedErrors {
 public:
  JoinedErrors(const MatrixProblem& problem, const PartJoins& parts, const Entries& entries)
      : parts_(parts), entries_(entries) {
    problem.describe(parts.nodes, model_);
    left_ = model_.dictionary_u.times(model_.u);
    right_ = model_.dictionary_v.times(model_.v);
  }

  /// Calls take(weight, squared errors by number of parts, unweighted) for each entry.
  template <class Take>
  void for_each(const Take& take) const {
    const Index r = parts_.parts;
    Eigen::RowVectorXd node(left_.cols()), error(r + 1);
    for (Index k = 0; k < entries_.size(); ++k) {
      const Index i = entries_.row[k], j = entries_.column[k];
      node = model_.norm.at(i, j) * left_.row(i).cwiseProduct(right_.row(j));
      error[0] = entries_.value[k] - model_.offset.at(i, j);
      error[r] = error[0] - node.head(r).sum();
      for (Index t = 0; t + 1 < r; ++t) {
        const PartJoins::Join& join = parts_.joins[t];
        error[r - t - 1] = error[r - t] + node[join.first] + node[join.second] - node[r + t];
      }
      error = error.cwiseAbs2();
      take(entries_.weight.empty() ? 1 : entries_.weight[k], error);
    }
  }

 private:
  const PartJoins& parts_;
  const Entries& entries_;
  MatrixModel model_;
  Factor left_, right_;
};

}  // namespace

RankOneAtoms joined_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count) {
  const RankOneAtoms sized = with_fitted_sizes(problem, atoms);
  if (sized.size() <= count) return sized;
  return with_fitted_sizes(problem, join_parts(problem.family(), sized).left(count));
}

PartCount parts_worth_keeping(const MatrixProblem& problem, const RankOneAtoms& atoms,
                              const Entries& held_out) {
  const RankOneAtoms sized = with_fitted_sizes(problem, atoms);
  const PartJoins parts = join_parts(problem.family(), sized);
  const JoinedErrors errors(problem, parts, held_out);
  const Index r = parts.parts;
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(r + 1);
  double total = 0;
  errors.for_each([&](double weight, const Eigen::RowVectorXd& e) {
    sum += weight * e;
    total += weight;
  });
  Index best;
  sum.minCoeff(&best);
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(r + 1);  // of the differences to the best
  errors.for_each([&](double weight, const Eigen::RowVectorXd& e) {
    squares += (weight * (e.array() - e[best])).square().matrix();
  });
  Index count = 0;
  // The standard error of a sum of differences is the root of the sum of their squares, their mean
  // being small beside their spread. Two of them: the best number is the best of many.
  while (count < best && sum[count] - sum[best] > 2 * std::sqrt(squares[count])) ++count;
  return {count, mean_error(LossKind::squared, sum[count], total)};
}

}  // namespace hadal
