#pragma once

#include <cmath>
#include <limits>

/// Rounding margins. A bound is a proof only if rounding is counted, and always on the safe side.
namespace hadal::verify {

/// Sums over the data run in the widest type the machine has.
using Real = long double;

inline constexpr double unit = std::numeric_limits<double>::epsilon() / 2;
inline constexpr Real wide_unit = std::numeric_limits<Real>::epsilon() / 2;

/// gamma_k = k u / (1 - k u): bounds the relative error of k rounded operations in any order
/// (Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1).
inline double gamma(double operations) { return operations * unit / (1 - operations * unit); }
inline Real wide_gamma(Real operations) {
  return operations * wide_unit / (1 - operations * wide_unit);
}

/// A double that is not below (not above) x.
inline double rounded_up(Real x) {
  const auto nearest = static_cast<double>(x);
  return static_cast<Real>(nearest) >= x
             ? nearest
             : std::nextafter(nearest, std::numeric_limits<double>::infinity());
}
inline double rounded_down(Real x) { return -rounded_up(-x); }

}  // namespace hadal::verify
