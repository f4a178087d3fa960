#pragma once

#include "hadal/types.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// An activation of two slopes: `above` x for x >= 0, `below` x for x < 0.
struct Slopes {
  double below = 0, above = 1;
};

struct ConesResult {
  double upper = 0;  ///< >= max over unit u of || R^T act(P u) ||, rounding included
  double lower = 0;  ///< the largest value met
};

/// The sphere of at most 8 dimensions is divided into simplicial cones, from the orthants on along
/// their widest edges, until the largest bound of a cone is `wanted` or `enough`, or there are too
/// many cones. p: samples x dimensions, r: samples x outputs.
ConesResult bound_by_cones(const Factor& p, const Factor& r, const Slopes& slopes, double wanted,
                           const Enough& enough);

}  // namespace hadal::verify
