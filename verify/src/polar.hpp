#pragma once

#include "figures.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// A bound on sigma_1(Q) in scaled units, of the kind the claim needs: `deterministic` always by
/// Cholesky; `probabilistic` by whichever is cheaper; for `none` a proof only where it is cheap.
PolarBound derive_polar_bound(const Problem& problem, const Figures& figures,
                              const Certificate& claim, const Enough& enough);

/// sigma_1(Q) with its bound by a verified Cholesky factorisation, sharpened until it is `enough`.
PolarBound bound_by_cholesky(const Sparse& q, const Enough& enough);

/// A lower value of sigma_1(Q) by Lanczos, usually exact to `accuracy` relative.
double spectral_search(const Sparse& q, double accuracy);

}  // namespace hadal::verify
