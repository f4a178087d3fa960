#pragma once

#include "hadal/norm/factor_norm.hpp"
#include "hadal/types.hpp"
#include "sparse.hpp"

namespace hadal::verify {

/// What is known of Q's entries and lines, as computed: sums of squares of at most `terms` terms.
struct Lengths {
  Vector row_positive, row_negative, column_positive, column_negative;  ///< squared
  double largest = 0;                                                   ///< |Q|
  double terms = 0;
};

Lengths lengths_of(const Sparse& q);

/// >= polar(Q), given sigma >= sigma_1(Q), by every pair (a, b) of l1 and l2 terms at once: with
/// <Q, u v^T> <= dual_ab(Q) ||u||_a ||v||_b for each of them, the product of the norms is at least
/// <Q, u v^T> sum over (a, b) of nu_a nu_b / dual_ab(Q), total variation left out. dual: sigma_1,
/// the longest row or column (of its positive part where signs say so), the largest entry.
double bound_from_pairs(const FactorNorm& norm_u, const FactorNorm& norm_v, const Lengths& lengths,
                        double sigma);

}  // namespace hadal::verify
