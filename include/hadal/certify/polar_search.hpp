#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// A pair of unit vectors (>= 0 where asked) and u^T Q v: a lower value of the polar.
struct PolarPair {
  double value = 0;
  Vector u, v;
};

/// Alternates u = (Q v)_+ / ||.||, v = (Q^T u)_+ / ||.|| from v; never lowers u^T Q v. Value 0 and
/// empty vectors where it ends in nothing.
PolarPair polar_ascent(const Matrix& q, bool u_nonnegative, bool v_nonnegative, Vector v);

/// The best of ascents from singular vectors of either sign, unit vectors and random ones
/// (`random_starts` of them, from `seed`).
PolarPair polar_search(const Matrix& q, bool u_nonnegative, bool v_nonnegative,
                       int random_starts = 50, std::uint64_t seed = 0);

}  // namespace hadal
