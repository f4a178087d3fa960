#include "hadal/loss/streamed_squared.hpp"

#include "hadal/kernel/tall.hpp"

namespace hadal {

StreamedSquaredLoss::StreamedSquaredLoss(const CentredRows& target) : target_(target) {
  Field zero{Factor(target.rows(), 0), Factor(target.columns(), 0), {}};
  half_square_ = evaluate(zero, zero);
}

double StreamedSquaredLoss::evaluate(const Field& z, Field& residual) const {
  residual = {z.u, z.v, target_.residual_sums(z.u, z.v)};
  return static_cast<double>(residual.sums.square / 2);
}

DualPoint StreamedSquaredLoss::dual(const Field& residual, double s_max) const {
  DualParabola parabola;
  parabola.linear = residual.sums.product;
  parabola.quadratic = residual.sums.square;
  parabola.magnitude = residual.sums.magnitude + residual.sums.square;
  // Sums along a panel's row are in double, of 2^11 terms: as if 2^11 (2^11 + 16) more terms had
  // been added in long double, whose unit is 2^11 times smaller. Panels are added in it.
  parabola.terms = target_.rows() * target_.columns() + (Index{1} << 11) * ((Index{1} << 11) + 16);
  return maximise(parabola, s_max);
}

double curvature_along(const StreamedSquaredLoss&, const LowRankField& dz) {
  return tall_inner(dz.u, dz.u).cwiseProduct(tall_inner(dz.v, dz.v)).sum();
}

}  // namespace hadal
