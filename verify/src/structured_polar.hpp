#pragma once

#include "hadal/model/certificate.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// max u^T Q v over norm_u(u) norm_v(v) <= 1.
struct StructuredPolar {
  const Sparse& q;
  const FactorNorm &norm_u, &norm_v;
  double lambda = 0;  ///< no bound needs to be smaller
  int exponent = 0;   ///< Q is 2^-exponent times that of the claim's slack
};

/// A deterministic bound by every pair of norm terms at once, or by the claim's slack where that
/// proves a smaller one; none where none is claimed or Q is too large. Nothing is searched.
PolarBound structured_polar_bound(const StructuredPolar& polar, const Certificate& claim);

}  // namespace hadal::verify
