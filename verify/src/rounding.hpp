#pragma once

#include <cmath>
#include <initializer_list>
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

/// y - sum of offsets, rounded about once although the offsets may be far larger than what is left:
/// every subtraction is split into its result and its exact error (Knuth's TwoSum). The errors' own
/// sum is rounded by 2^-64 of errors that are 2^-64 of the data; wherever that matters the data
/// have no digits left, see leaves_only_rounding.
inline Real difference(double y, std::initializer_list<double> offsets) {
  Real high = y, low = 0;
  for (const Real offset : offsets) {
    const Real sum = high - offset;
    const Real other = sum - high;
    low += (high - (sum - other)) + (-offset - other);
    high = sum;
  }
  return high + low;
}

}  // namespace hadal::verify
