#pragma once

#include <vector>

#include "hadal/atom/atom.hpp"
#include "hadal/kernel/tensor_pattern.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// A bound on polar(Q) = max <Q, w_0 o .. o w_K-1> over prod_m norm_m(w_m) <= 1, the best of:
/// - unfoldings: with some modes as rows and the others as columns an outer product is a matrix of
///   rank one, so the polar of that matrix, with the norms that combined_norm makes, bounds it;
/// - branch and bound over the directions of the short modes (tensor_cones.hpp).
/// Its slack says which. Proof::none, with request.estimate, where no unfolding is small enough.
PolarBound tensor_bound(const TensorPattern& pattern, const Vector& q,
                        const std::vector<FactorNorm>& norms, const PolarRequest& request);

}  // namespace hadal
