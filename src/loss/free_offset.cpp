#include "hadal/loss/free_offset.hpp"

#include "offset_dual.hpp"

namespace hadal {

FreeOffsetLoss::FreeOffsetLoss(const ObservedPattern& pattern, SquaredLoss base, bool rows,
                               bool columns, double ridge)
    : map_(pattern, rows, columns),
      base_(std::move(base)),
      ridge_(usable_ridge(ridge)),
      normal_(map_, base_.weight(), ridge) {}

Vector FreeOffsetLoss::fit_offsets(Vector e) const {
  base_.apply_hessian(e);
  return normal_.solve(map_.gather(e));
}

double FreeOffsetLoss::evaluate(const Vector& z, Vector& residual) const {
  residual = base_.target() - z;
  const Vector b = fit_offsets(residual);
  map_.subtract(b, residual);
  const Vector e = residual;
  base_.apply_hessian(residual);
  return (e.dot(residual) + ridge_ * b.squaredNorm()) / 2;
}

DualPoint FreeOffsetLoss::dual(const Vector& residual, double s_max) const {
  const OffsetDual offsets = offset_dual(map_, residual, ridge_);
  DualParabola parabola = base_.parabola(residual);
  parabola.quadratic += offsets.quadratic;
  parabola.quadratic_error = offsets.error;
  return maximise(parabola, s_max);
}

OffsetValues FreeOffsetLoss::offsets_at(const Vector& z) const {
  return map_.values(fit_offsets(base_.target() - z));
}

}  // namespace hadal
