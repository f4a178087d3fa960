#pragma once

#include "hadal/error.hpp"
#include "hadal/loss/offset_map.hpp"

/// What losses with free offsets share.
namespace hadal {

inline double usable_ridge(double ridge) {
  if (!(ridge > 0)) {
    throw ArgumentError("free offsets: ridge " + std::to_string(ridge) +
                        " was given; expected > 0");
  }
  return ridge;
}

/// Free offsets take s^2 quadratic / 2 from D(s), quadratic = ||B^T R||^2 / ridge.
struct OffsetDual {
  double quadratic = 0;
  double error = 0;  ///< bound on the rounding error of `quadratic`
};

inline OffsetDual offset_dual(const OffsetMap& map, const Vector& residual, double ridge) {
  // At the optimum the sums B^T R cancel down to ridge * b, so their rounding is that of the
  // absolute sums: at most u times the number of terms times sum |R|, for each of them.
  const Vector sums = map.gather(residual), sizes = map.gather(residual.cwiseAbs());
  const Vector errors = sizes * (static_cast<double>(residual.size()) * 0x1p-52);
  return {sums.squaredNorm() / ridge,
          (2 * sums.cwiseAbs().dot(errors) + errors.squaredNorm()) / ridge};
}

}  // namespace hadal
