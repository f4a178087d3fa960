#include <algorithm>
#include <cmath>

#include "checks.hpp"
#include "coefficient_gradient.hpp"
#include "factor_norm.hpp"
#include "polar.hpp"

namespace hadal::verify {
namespace {

/// Free offsets of the problem without a low-rank part: ridge regression of the data on the global,
/// row and column indicators, by conjugate gradients on its normal equations.
class RidgeOffsets {
 public:
  explicit RidgeOffsets(const Problem& problem)
      : problem_(problem),
        row_at_(1),
        column_at_(1 + problem.offset.row.size()),
        size_(column_at_ + problem.offset.column.size()) {}

  /// Offsets at X = 0 in place of the model's own.
  Offset solve() const {
    const Vector target = gather([&](Index k) { return problem_.y[static_cast<std::size_t>(k)]; });
    const Vector scale = diagonal();
    Vector x = Vector::Zero(size_);
    Vector rest = target;
    Vector preconditioned = rest.cwiseQuotient(scale);
    Vector direction = preconditioned;
    double energy = rest.dot(preconditioned);
    constexpr double accuracy = 1e-12;
    constexpr int most = 2000;
    for (int step = 0; step < most && rest.norm() > accuracy * target.norm(); ++step) {
      const Vector image = apply(direction);
      const double length = energy / direction.dot(image);
      x += length * direction;
      rest -= length * image;
      preconditioned = rest.cwiseQuotient(scale);
      const double next = rest.dot(preconditioned);
      direction = preconditioned + next / energy * direction;
      energy = next;
    }
    return unpack(x);
  }

 private:
  Offset unpack(const Vector& x) const {
    Offset offset = problem_.offset;
    offset.global = x[0];
    offset.row = x.segment(row_at_, offset.row.size());
    offset.column = x.segment(column_at_, offset.column.size());
    return offset;
  }

  /// B^T W t, for t given entry by entry.
  template <class Value>
  Vector gather(const Value& value) const {
    Vector sums = Vector::Zero(size_);
    for (Index i = 0; i < problem_.rows; ++i)
      for (Index k = problem_.row_start[static_cast<std::size_t>(i)];
           k < problem_.row_start[static_cast<std::size_t>(i) + 1]; ++k) {
        const double term = problem_.w(k) * value(k);
        sums[0] += term;
        if (problem_.offset.row.size()) sums[row_at_ + i] += term;
        if (problem_.offset.column.size())
          sums[column_at_ + problem_.column[static_cast<std::size_t>(k)]] += term;
      }
    return sums;
  }

  Vector apply(const Vector& x) const {
    const Offset offset = unpack(x);
    Vector fitted(problem_.size());
    for (Index i = 0; i < problem_.rows; ++i)
      for (Index k = problem_.row_start[static_cast<std::size_t>(i)];
           k < problem_.row_start[static_cast<std::size_t>(i) + 1]; ++k)
        fitted[k] = offset.at(i, problem_.column[static_cast<std::size_t>(k)]);
    return gather([&](Index k) { return fitted[k]; }) + problem_.offset.ridge * x;
  }

  Vector diagonal() const {
    return (gather([](Index) { return 1.0; }).array() + problem_.offset.ridge).matrix();
  }

  const Problem& problem_;
  Index row_at_, column_at_, size_;
};

/// The same problem with an empty model: what lambda_max is about.
Problem without_atoms(Problem problem) {
  if (problem.offset.policy == OffsetPolicy::free && problem.has_global())
    problem.offset = RidgeOffsets(problem).solve();
  problem.u.resize(problem.u.rows(), 0);
  problem.v.resize(problem.v.rows(), 0);
  return problem;
}

}  // namespace

void check_lambda_max(const MatrixModel& model, const Problem& problem, Checks& checks) {
  constexpr double slack = 1e-6, search_accuracy = 1e-6;
  const Problem empty = without_atoms(problem);
  const Sparse q = coefficient_gradient(empty, figures_of(empty).gradient).q;
  const double found = spectral_search(q, search_accuracy);
  if (problem.structured) {
    const Real share = spectral_share(problem.norm_u, problem.norm_v);
    const double most = problem.scaling.to_lambda(static_cast<double>(found / share));
    checks.add("lambda_max", model.lambda_max, most, model.lambda_max <= most * (1 + slack),
               "a search of the polar at X = 0 cannot find more than this");
    return;
  }
  checks.equal("lambda_max", model.lambda_max, problem.scaling.to_lambda(found),
               slack * problem.scaling.to_lambda(found),
               "expected the largest singular value of the weighted data at X = 0");
}

}  // namespace hadal::verify
