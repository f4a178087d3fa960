#pragma once

#include <vector>

#include "hadal/norm/factor_norm.hpp"
#include "positions.hpp"

namespace hadal::verify {

/// A norm of the outer product x of vectors x_m, m in `modes`, that is at most prod norm_m(x_m).
/// One norm alone is it. Of several, with weights a_m of l1 and b_m of l2,
///   prod (a_m ||x_m||_1 + b_m ||x_m||_2) >= a ||x||_1 + b ||x||_2,
///   a = prod a_m,  a + b = prod (a_m + b_m):
/// multiplied out, the term of all l1 norms is a ||x||_1, and ||x_m||_1 >= ||x_m||_2 in every
/// other. Total variation is left out, and x >= 0 is known where all the x_m are >= 0. Weights are
/// rounded so that neither a nor a + b is too large.
FactorNorm unfolded_norm(const std::vector<FactorNorm>& norms, Modes modes);

/// prod (l1 + l2) of all norms: prod norm_m(x_m) is at least this times prod ||x_m||_2.
Real l2_share(const std::vector<FactorNorm>& norms);

}  // namespace hadal::verify
