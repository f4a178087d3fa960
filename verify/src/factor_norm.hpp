#pragma once

#include "hadal/model/matrix_model.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// Throws ModelError unless the weights are 0 or from `least` to `most`, l1 + l2 > 0, and the graph
/// of a total variation joins elements of the factor.
void require_norm(const FactorNorm& norm, Index elements, double least, double most);

/// norm(x) of column c of a factor, by the definition: l1 sum |x_k| + l2 sqrt(sum x_k^2) + tv sum
/// over edges |x_a - x_b|.
Real norm_of_column(const FactorNorm& norm, const Factor& factor, Index c);

/// sum_c norm_u(u_c) norm_v(v_c).
Real structured_penalty(const FactorNorm& norm_u, const Factor& u, const FactorNorm& norm_v,
                        const Factor& v);

/// How many rounded operations its terms take at the most, all of one sign.
double penalty_operations(const FactorNorm& norm_u, const FactorNorm& norm_v, Index rows,
                          Index columns, Index atoms);

/// No atom collects more from Q than this: norm(x) >= (l1 + l2) ||x||_2, hence
/// polar(Q) <= sigma_1(Q) / ((l1_u + l2_u) (l1_v + l2_v)).
Real spectral_share(const FactorNorm& norm_u, const FactorNorm& norm_v);

}  // namespace hadal::verify
