#pragma once

#include "hadal/atom/hidden_unit.hpp"

namespace hadal {

struct UnitBound {
  PolarBound bound;
  /// What a branch and bound met that collects the most, input weights; empty where there was none.
  Vector direction{};
};

/// An upper bound on polar(Q) that holds with certainty, by the best means the units allow: sigma_1
/// of X^T Q for linear ones, the largest |eigenvalue| of X^T diag(q) X for squares with one output,
/// branch and bound over the directions of u for two slopes and inputs of rank up to 8, and a
/// convex relaxation (loose) for two slopes and any rank. Where there is none the bound is that of
/// a search, of kind `none`: maxout, squares with several outputs.
UnitBound hidden_unit_bound(const HiddenUnitFamily& family, const Vector& q,
                            const PolarRequest& request);

}  // namespace hadal
