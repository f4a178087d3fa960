#pragma once

#include "hadal/atom/rank_one.hpp"
#include "hadal/kernel/tall.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A pair of factor-shaped arrays: a point, gradient or direction.
using Pair = RankOneAtoms;

/// The same in single precision, in which Newton systems are solved; inner products are summed in
/// double.
struct SinglePair {
  SingleFactor u, v;
};

inline double inner(const Pair& a, const Pair& b) { return inner(a.u, b.u) + inner(a.v, b.v); }

inline double inner(const SinglePair& a, const SinglePair& b) {
  return inner(a.u, b.u) + inner(a.v, b.v);
}

/// out = a * x + b * out.
inline void combine(float a, const SinglePair& x, float b, SinglePair& out) {
  combine(a, x.u, b, out.u);
  combine(a, x.v, b, out.v);
}

inline SingleFactor zero_like(const SingleFactor& x) {
  return SingleFactor::Zero(x.rows(), x.cols());
}

inline SinglePair zero_like(const SinglePair& x) { return {zero_like(x.u), zero_like(x.v)}; }

}  // namespace hadal
