#include "hadal/loss/entry_losses.hpp"

#include <algorithm>
#include <cmath>

#include "dual_sums.hpp"

namespace hadal {

EntryPoint HuberEntry::at(double z, double y) const {
  const double e = y - z, size = std::abs(e);
  if (size <= threshold) return {e * e / 2, e, 1};
  return {threshold * (size - threshold / 2), std::copysign(threshold, e), 0};
}

double HuberEntry::dual_slope(double f, double y, double s) const { return f * (y - s * f); }

DualTerm HuberEntry::dual(long double f, long double y, long double s) const {
  const long double linear = s * f * y, square = s * f * s * f / 2;
  return {linear - square, std::abs(linear) + square, 0};
}

EntryPoint LogisticEntry::at(double z, double y) const {
  const double margin = y * z, small = std::exp(-std::abs(margin));
  const double likelier = 1 / (1 + small), rarer = small / (1 + small);
  // The probability of the other class is what pulls.
  return {std::max(0.0, -margin) + std::log1p(small), y * (margin > 0 ? rarer : likelier),
          likelier * rarer};
}

double LogisticEntry::dual_slope(double f, double y, double s) const {
  const double p = f * y, t = s * p;
  return p > 0 ? p * (std::log1p(-t) - std::log(t)) : 0;
}

DualTerm LogisticEntry::dual(long double f, long double y, long double s) const {
  const long double t = s * f * y, error = 4 * wide_unit;
  const DualTerm a = entropy(t, 4 * wide_unit * t), b = entropy(1 - t, error);
  return {-a.value - b.value, a.magnitude + b.magnitude, a.error + b.error};
}

EntryPoint PoissonEntry::at(double z, double y) const {
  if (y == 0) {
    const double mean = std::exp(z);
    return {mean, -mean, mean};
  }
  // With x = z - log y nothing large cancels: y (exp(x) - 1 - x).
  const double x = z - std::log(y), excess = std::expm1(x);
  return {y * (excess - x), -y * excess, y * (1 + excess)};
}

double PoissonEntry::dual_slope(double f, double y, double s) const {
  // Infinite where b = 0, as at s = 0 for a count of 0: there D rises without limit.
  return f != 0 ? f * std::log(std::max(0.0, y - s * f)) : 0;
}

DualTerm PoissonEntry::dual(long double f, long double y, long double s) const {
  const long double b = y - s * f, error = 4 * wide_unit * (y + std::abs(s * f));
  const DualTerm at_b = entropy(b, error), at_y = entropy(y, 0);
  const long double change = std::max(b, 0.0L) - y;
  return {change - at_b.value + at_y.value, at_b.magnitude + at_y.magnitude + std::abs(change),
          at_b.error + at_y.error + error};
}

}  // namespace hadal
