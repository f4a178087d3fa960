#pragma once

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// What is known of Q's entries and lines: squared lengths of the positive and of the negative part
/// of every row and column, each a sum of at most `terms` squares, and the largest magnitude.
struct LineSquares {
  Vector row_positive, row_negative, column_positive, column_negative;
  double largest = 0, terms = 0;
};

LineSquares line_squares(const ObservedPattern& pattern, const Vector& q);

/// >= polar(Q), given sigma >= sigma_1(Q), by every pair (a, b) of l1 and l2 terms at once: as
/// <Q, u v^T> <= dual_ab(Q) ||u||_a ||v||_b for each of them, the product of the norms is at least
/// <Q, u v^T> times the sum over (a, b) of nu_a nu_b / dual_ab(Q), total variation left out. The
/// duals are sigma_1, the longest row or column (of its positive part where signs say so), and the
/// largest entry.
double pair_bound(const FactorNorm& u, const FactorNorm& v, const LineSquares& lines, double sigma);

}  // namespace hadal
