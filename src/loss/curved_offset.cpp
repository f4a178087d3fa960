#include "hadal/loss/curved_offset.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dual_sums.hpp"
#include "offset_dual.hpp"

namespace hadal {

CurvedOffsetLoss::CurvedOffsetLoss(const ObservedPattern& pattern, Base base, bool rows,
                                   bool columns, double ridge)
    : map_(pattern, rows, columns),
      base_(std::move(base)),
      ridge_(usable_ridge(ridge)),
      start_(Vector::Zero(map_.size())) {
  start_ = fit(Vector::Zero(map_.entries())).b;
}

CurvedOffsetLoss::Point CurvedOffsetLoss::at(const Vector& z, Vector b) const {
  Point point;
  point.z = z;
  map_.add(b, point.z);
  point.value =
      std::visit(
          [&](const auto& base) { return base.evaluate(point.z, point.force, point.curvature); },
          base_) +
      ridge_ / 2 * b.squaredNorm();
  point.b = std::move(b);
  return point;
}

/// Newton's method, with steps that are halved until the value falls enough. The curvature is not
/// raised where it vanishes: the ridge keeps the equations regular, and steps of the Huber loss,
/// whose forces and ridge may nearly balance, long enough. What is left of the gradient in the end
/// is some 1e-10 of what it was made of: the decrement, a square, cannot be seen in the value by
/// then.
CurvedOffsetLoss::Point CurvedOffsetLoss::fit(const Vector& z) const {
  constexpr int step_max = 100, halvings_max = 40;
  constexpr double invisible = 1e-12, settled = 1e-22;
  Point point = at(z, start_);
  if (!std::isfinite(point.value)) point = at(z, Vector::Zero(map_.size()));
  for (int step = 0; step < step_max; ++step) {
    const Vector downhill = map_.gather(point.force) - ridge_ * point.b;
    const Vector direction = OffsetNormal(map_, point.curvature, ridge_).solve(downhill);
    const double decrement = downhill.dot(direction);
    if (!(decrement > settled * point.value)) break;
    const bool seen = decrement > invisible * point.value;
    Point next = at(z, point.b + direction);
    double length = 1;
    for (int k = 0; seen && !(next.value <= point.value - 1e-4 * length * decrement); ++k) {
      if (k == halvings_max) return point;
      length /= 2;
      next = at(z, point.b + length * direction);
    }
    point = std::move(next);
  }
  return point;
}

double CurvedOffsetLoss::evaluate(const Vector& z, Vector& residual) const {
  Point point = fit(z);
  residual = std::move(point.force);
  return point.value;
}

void CurvedOffsetLoss::curvature(const Vector& z, Vector& curvature) const {
  const Point point = fit(z);
  std::visit([&](const auto& base) { base.curvature(point.z, curvature); }, base_);
}

CurvedOffsetLoss::Hessian CurvedOffsetLoss::hessian_at(const Vector& z) const {
  Vector diagonal;
  curvature(z, diagonal);
  return {map_, std::move(diagonal), ridge_};
}

DualPoint CurvedOffsetLoss::dual(const Vector& residual, double s_max) const {
  const OffsetDual offsets = offset_dual(map_, residual, ridge_);
  return std::visit(
      [&](const auto& base) {
        const double scale = best_dual_scale(
            [&](double s) { return base.dual_slope(residual, s) - s * offsets.quadratic; },
            std::min(s_max, base.scale_max));
        DualTerm sum = base.dual_sum(residual, scale);
        const long double half = static_cast<long double>(scale) * scale / 2;
        sum += {-half * offsets.quadratic, half * offsets.quadratic, half * offsets.error};
        return dual_point(sum, scale, base.dual_additions());
      },
      base_);
}

const Vector& CurvedOffsetLoss::weight() const {
  return std::visit([](const auto& base) -> const Vector& { return base.weight(); }, base_);
}

const Vector& CurvedOffsetLoss::target() const {
  return std::visit([](const auto& base) -> const Vector& { return base.target(); }, base_);
}

}  // namespace hadal
