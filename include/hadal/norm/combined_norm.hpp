#pragma once

#include <vector>

#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// A norm of x = x_1 o x_2 o .. that is at most prod_m norm_m(x_m): with a_m and b_m the weights of
/// l1 and l2, and total variation left out,
///   prod (a_m ||x_m||_1 + b_m ||x_m||_2) >= a ||x||_1 + b ||x||_2,
///   a = prod a_m,  b = prod (a_m + b_m) - a,
/// since ||x||_1 and ||x||_2 are products too and every mixed one is at least ||x||_2. One norm
/// alone stays as it is, total variation included. Non-negative where all are, or where one alone
/// is. The weights are rounded down.
FactorNorm combined_norm(const std::vector<FactorNorm>& norms);

}  // namespace hadal
