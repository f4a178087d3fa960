#pragma once

#include <concepts>

namespace hadal {

/// The loss of one entry at its prediction.
struct EntryPoint {
  double value = 0;
  double force = 0;      ///< minus the derivative
  double curvature = 0;  ///< the second derivative, never negative
};

/// One entry's part of D(s), in extended precision.
struct DualTerm {
  long double value = 0;
  long double magnitude = 0;  ///< sum of the absolute values that `value` is made of
  long double error = 0;      ///< bound on the error of `value` that is not relative to magnitude

  DualTerm& operator+=(const DualTerm& other) {
    value += other.value;
    magnitude += other.magnitude;
    error += other.error;
    return *this;
  }
};

/// The loss e(z, y) of one entry with the conjugate e* in the first argument.
/// Forces f are minus derivatives, so that s f is in the domain of e*(-.) for 0 <= s <= 1.
template <class E>
concept EntryLoss = requires(const E& e, double x, long double wide) {
  { e.at(x, x) } -> std::same_as<EntryPoint>;
  /// d/ds of -e*(-s f): args f, y, s.
  { e.dual_slope(x, x, x) } -> std::convertible_to<double>;
  /// -e*(-s f).
  { e.dual(wide, wide, wide) } -> std::same_as<DualTerm>;
  /// What curvatures are raised to: far below those that decide where a step goes.
  { E::least_curvature } -> std::convertible_to<double>;
};

/// e^2 / 2 for |e| <= d, d |e| - d^2 / 2 beyond, with e = y - z; e*(a) = a y + a^2 / 2, |a| <= d.
struct HuberEntry {
  double threshold = 1;  ///< d > 0

  EntryPoint at(double z, double y) const;
  double dual_slope(double f, double y, double s) const;
  DualTerm dual(long double f, long double y, long double s) const;
  static constexpr double least_curvature = 1e-3;
};

/// log(1 + exp(-y z)), y in {-1, 1}; e*(a) = t log t + (1 - t) log(1 - t) with t = -a y in [0, 1].
struct LogisticEntry {
  EntryPoint at(double z, double y) const;
  double dual_slope(double f, double y, double s) const;
  DualTerm dual(long double f, long double y, long double s) const;
  static constexpr double least_curvature = 1e-6;
};

/// exp(z) - y z - (y - y log y), y >= 0: the last part does not depend on z and makes 0 the
/// minimum. e*(a) = b log b - b - (y log y - y) with b = y + a >= 0.
struct PoissonEntry {
  EntryPoint at(double z, double y) const;
  double dual_slope(double f, double y, double s) const;
  DualTerm dual(long double f, long double y, long double s) const;
  static constexpr double least_curvature = 1e-6;
};

}  // namespace hadal
