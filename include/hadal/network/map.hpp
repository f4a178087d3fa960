#pragma once

#include <vector>

#include "hadal/network/plan.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// map(X; W) of one copy, computed plainly in double precision: samples x outputs.
/// inputs: samples x plan.input.size(), channel by channel, row by row; weights: of every weight
/// layer, laid out as WeightLayer says. Throws ArgumentError where sizes differ from the plan's.
Factor map_of(const Plan& plan, const std::vector<Vector>& weights, const Factor& inputs);

}  // namespace hadal
