#pragma once

#include "slack_bound.hpp"

namespace hadal::verify {

/// What a slack with a tree proves about polar(Q) under norms l2 ||x||_2, one or both factors >= 0:
/// the largest bound of its leaves, whose cones must make up the whole orthant.
SlackBound bound_from_tree(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                           const PolarSlack& slack);

}  // namespace hadal::verify
