#include <algorithm>
#include <cmath>

#include "checks.hpp"
#include "coefficient_gradient.hpp"
#include "entry.hpp"
#include "factor_norm.hpp"
#include "polar.hpp"

namespace hadal::verify {
namespace {

/// Free offsets of the problem without a low-rank part: those that minimise the loss of the global,
/// row and column indicators with the ridge. Newton's method, with steps that are halved until the
/// value falls; its equations by conjugate gradients.
class BestOffsets {
 public:
  explicit BestOffsets(const Problem& problem)
      : problem_(problem),
        row_at_(1),
        column_at_(1 + problem.offset.row.size()),
        size_(column_at_ + problem.offset.column.size()),
        curvature_(problem.size()) {}

  /// Offsets at X = 0 in place of the model's own.
  Offset solve() {
    constexpr int steps = 60, halvings = 40;
    constexpr double settled = 1e-20;
    Vector x = Vector::Zero(size_), downhill;
    double value = at(x, &downhill);
    for (int step = 0; step < steps; ++step) {
      Vector move = newton_step(downhill), force;
      const double decrement = downhill.dot(move);
      if (!(decrement > settled * value)) break;
      double next = at(x + move, &force);
      for (int k = 0; k < halvings && !(next <= value * (1 + 1e-14)); ++k) {
        move /= 2;
        next = at(x + move, &force);
      }
      if (!(next <= value * (1 + 1e-14))) break;
      x += move;
      value = next;
      downhill = force;
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

  /// Shows every entry: its number, row and column.
  template <class See>
  void each(const See& see) const {
    for (Index i = 0; i < problem_.rows; ++i)
      for (Index k = problem_.row_start[static_cast<std::size_t>(i)];
           k < problem_.row_start[static_cast<std::size_t>(i) + 1]; ++k)
        see(k, i, problem_.column[static_cast<std::size_t>(k)]);
  }

  /// B^T t, for t given entry by entry.
  Vector gather(const Vector& t) const {
    Vector sums = Vector::Zero(size_);
    each([&](Index k, Index i, Index j) {
      sums[0] += t[k];
      if (problem_.offset.row.size()) sums[row_at_ + i] += t[k];
      if (problem_.offset.column.size()) sums[column_at_ + j] += t[k];
    });
    return sums;
  }

  /// The value, minus its gradient, and the second derivatives, which are kept.
  double at(const Vector& x, Vector* downhill) {
    const Offset offset = unpack(x);
    Vector force(problem_.size());
    Real value = problem_.offset.ridge / 2 * x.squaredNorm();
    each([&](Index k, Index i, Index j) {
      const double w = problem_.w(k), y = problem_.y[static_cast<std::size_t>(k)];
      const double z = offset.at(i, j);
      const Entry entry = entry_of(problem_, y, y - z, z, 0);
      value += w * entry.loss;
      force[k] = w * entry.force;
      curvature_[k] = w * second_derivative(y, z, entry.force);
    });
    *downhill = gather(force) - problem_.offset.ridge * x;
    return static_cast<double>(value);
  }

  double second_derivative(double y, double z, double force) const {
    switch (problem_.loss) {
      case LossKind::huber:
        return std::abs(y - z) <= problem_.threshold ? 1 : 0;
      case LossKind::logistic:
        return std::abs(force) * (1 - std::abs(force));
      case LossKind::poisson:
        return y - force;
      case LossKind::multinomial:  // has no offsets
      case LossKind::squared:
        break;
    }
    return 1;
  }

  Vector apply(const Vector& x) const {
    const Offset offset = unpack(x);
    Vector fitted(problem_.size());
    each([&](Index k, Index i, Index j) { fitted[k] = curvature_[k] * offset.at(i, j); });
    return gather(fitted) + problem_.offset.ridge * x;
  }

  Vector newton_step(const Vector& target) const {
    constexpr double accuracy = 1e-12;
    constexpr int most = 2000;
    const Vector scale = gather(curvature_).array() + problem_.offset.ridge;
    Vector x = Vector::Zero(size_);
    Vector rest = target;
    Vector preconditioned = rest.cwiseQuotient(scale);
    Vector direction = preconditioned;
    double energy = rest.dot(preconditioned);
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
    return x;
  }

  const Problem& problem_;
  Index row_at_, column_at_, size_;
  Vector curvature_;
};

/// The same problem with an empty model: what lambda_max is about.
Problem without_atoms(Problem problem) {
  if (problem.offset.policy == OffsetPolicy::free && problem.has_global())
    problem.offset = BestOffsets(problem).solve();
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
