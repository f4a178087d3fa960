#pragma once

#include <string>

#include "hadal/model/polar_slack.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal::verify {

/// What a slack proves about polar(Q) = max u^T Q v over norm_u(u) norm_v(v) <= 1.
struct SlackBound {
  double bound = 0;     ///< >= polar(Q), rounding included; infinity where refused
  std::string refusal;  ///< why the slack is not one; empty where it is
};

/// Q is taken as exactly the doubles it holds. What the slack leaves of Q is bounded by itself, so
/// that a wrong slack gives a large bound, never a false one; a slack that is negative, not finite,
/// of the wrong shape, or of a kind that the signs of the factors do not allow is refused.
SlackBound bound_from_slack(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                            const PolarSlack& slack);

}  // namespace hadal::verify
