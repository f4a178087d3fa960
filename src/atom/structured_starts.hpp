#pragma once

#include <cstdint>

#include "hadal/atom/rank_one.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// Where the search for an atom u v^T that collects much from Q starts first, vectors v: the
/// current atoms, the leading singular pairs, with both signs where a constraint makes them differ,
/// and the longest rows of Q.
Factor first_starts(const ObservedPattern& pattern, const Vector& q, const RankOneAtoms& atoms,
                    bool signs_differ, std::uint64_t seed);

/// Where it starts again before it says that there is nothing: what the lines of Q have of one sign
/// (where l1 stands alone on one side the best atom is such a line), every set of elements of a
/// short non-negative factor, and at random, as many as the size of Q allows. With signs the best
/// atom is one of exponentially many local maxima, and singular vectors lead to few of them.
Factor more_starts(const ObservedPattern& pattern, const Vector& q, const FactorNorm& u,
                   const FactorNorm& v, std::uint64_t seed);

}  // namespace hadal
