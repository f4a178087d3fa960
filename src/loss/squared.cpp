#include "hadal/loss/squared.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/error.hpp"

namespace hadal {

SquaredLoss::SquaredLoss(Vector target, Vector weight)
    : target_(std::move(target)), weight_(std::move(weight)) {
  if (weight_.size() != 0 && weight_.size() != target_.size()) {
    throw ArgumentError("squared loss: " + std::to_string(weight_.size()) + " weights for " +
                        std::to_string(target_.size()) + " entries; expected as many, or none");
  }
}

double SquaredLoss::evaluate(const Vector& z, Vector& residual) const {
  residual = target_ - z;
  // In blocks, so that the sum errs by a few units in its last place however many terms it has.
  constexpr Index block = 1024;
  long double twice = 0;
  for (Index k = 0; k < residual.size(); k += block) {
    const Index count = std::min(block, residual.size() - k);
    const auto squares = residual.segment(k, count).cwiseAbs2();
    twice += weight_.size() ? squares.dot(weight_.segment(k, count)) : squares.sum();
  }
  if (weight_.size()) residual.array() *= weight_.array();
  return static_cast<double>(twice / 2);
}

DualParabola SquaredLoss::parabola(const Vector& residual) const {
  DualParabola parabola;
  for (Index k = 0; k < residual.size(); ++k) {
    const long double r = residual[k], product = r * target_[k];
    const long double square = weight_.size() ? r * r / weight_[k] : r * r;
    parabola.linear += product;
    parabola.quadratic += square;
    parabola.magnitude += std::abs(product) + square;
  }
  parabola.terms = residual.size();
  return parabola;
}

DualPoint SquaredLoss::dual(const Vector& residual, double s_max) const {
  return maximise(parabola(residual), s_max);
}

void SquaredLoss::apply_hessian(Vector& s) const {
  if (weight_.size()) s.array() *= weight_.array();
}

DualPoint maximise(const DualParabola& parabola, double s_max) {
  DualPoint point;
  if (!(parabola.linear > 0)) return point;
  const double top =
      parabola.quadratic > 0 ? static_cast<double>(parabola.linear / parabola.quadratic) : s_max;
  point.scale = std::min(s_max, top);
  const long double s = point.scale;
  point.value = static_cast<double>(s * parabola.linear - s * s * parabola.quadratic / 2);
  // Sequential summation of n long doubles errs by at most n * 2^-64 of the sum of magnitudes, and
  // the last rounding to double by 2^-53 of the value; the factor 2 covers what is of second order.
  point.rounding =
      2 * (static_cast<double>(parabola.terms) * 0x1p-64 * static_cast<double>(parabola.magnitude) +
           std::numeric_limits<double>::epsilon() * std::abs(point.value));
  point.rounding += point.scale * point.scale / 2 * parabola.quadratic_error;
  return point;
}

}  // namespace hadal
