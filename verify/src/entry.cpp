#include "entry.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::verify {
namespace {

// Each loss has a derivative that changes by at most c for a change of one of the prediction, so a
// prediction that is off by m changes the loss by at most |derivative| m + c m^2 / 2. The few
// operations of the evaluation itself add `evaluation` units of extended precision.
constexpr Real evaluation = 16 * wide_unit;

Entry squared(double error, Real margin) {
  const Real e = error;
  return {e * e / 2, std::abs(e) * margin + margin * margin / 2, error};
}

Entry huber(double error, double threshold, Real margin) {
  const Real e = std::abs(error), d = threshold;
  const Real loss = e <= d ? e * e / 2 : d * (e - d / 2);
  return {loss, std::min(e, d) * margin + margin * margin / 2,
          std::clamp(error, -threshold, threshold)};
}

Entry logistic(double sign, double z, Real margin) {
  const Real m = Real{sign} * z, small = std::exp(-std::abs(m));
  const Real loss = std::max(Real{0}, -m) + std::log1p(small);
  const Real other = (m > 0 ? small : Real{1}) / (1 + small);  // the other class's probability
  return {loss, other * margin + margin * margin / 8 + evaluation * loss,
          sign * static_cast<double>(other)};
}

Entry poisson(double count, double z, Real margin) {
  if (count == 0) {
    const Real mean = std::exp(Real{z});
    return {mean, mean * std::expm1(margin) + evaluation * mean, -static_cast<double>(mean)};
  }
  const Real y = count, log_y = std::log(y), x = z - log_y, excess = std::expm1(x);
  const Real loss = y * (excess - x);
  // x is off by its own rounding as well; the loss is y (exp(x) - 1 - x).
  const Real off = margin + 4 * wide_unit * (std::abs(Real{z}) + std::abs(log_y));
  const Real margin_of_loss = y * (std::abs(excess) * off + std::exp(x + off) * off * off / 2);
  return {loss, margin_of_loss + evaluation * y * (std::abs(excess) + std::abs(x)),
          static_cast<double>(-y * excess)};
}

}  // namespace

Entry entry_of(const Problem& problem, double y, double error, double z, Real margin) {
  switch (problem.loss) {
    case LossKind::huber:
      return huber(error, problem.threshold, margin);
    case LossKind::logistic:
      return logistic(y, z, margin);
    case LossKind::poisson:
      return poisson(y, z, margin);
    case LossKind::multinomial:  // its scores are no entries by themselves
    case LossKind::squared:
      break;
  }
  return squared(error, margin);
}

}  // namespace hadal::verify
