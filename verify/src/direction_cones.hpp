#pragma once

#include "hadal/types.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// An activation of two slopes: `above` x for x >= 0, `below` x for x < 0; below <= above.
struct Slopes {
  double below = 0, above = 1;
};

struct ConesRequest {
  double wanted = 0;      ///< a bound that is low enough, where `enough` is not true of larger ones
  Enough enough;          ///< true of all numbers below some number
  double work = 1e11;     ///< products at the most
  bool absolute = false;  ///< unit vectors are those of l1 norm 1
};

struct ConesResult {
  double upper = 0;  ///< >= max over unit u of || R^T act(P u) ||, rounding included
  double lower = 0;  ///< the largest value met
};

/// The sphere of at most 8 dimensions is divided into simplicial cones, from the orthants on along
/// their widest edges, until no bound of a cone is too large, a value that was met is, or the work
/// is done. p: samples x dimensions, r: samples x outputs, both of magnitude about one.
ConesResult bound_by_cones(const Factor& p, const Factor& r, const Slopes& slopes,
                           const ConesRequest& request);

}  // namespace hadal::verify
