#pragma once

#include <vector>

#include "hadal/atom/rank_one.hpp"

namespace hadal {

/// Parts of a structured model, joined two by two until one is left. Each join takes the two parts
/// whose sum X_a + X_b is closest to rank one, that is with the least sigma_2(X_a + X_b), and puts
/// its best rank-one approximation in their place. Two parts without anything in common have
/// sigma_2 = the size of the lesser, and joining them leaves the greater as it is: what cannot be
/// joined is left out, the smallest first.
/// Non-negative parts join to non-negative ones (Perron and Frobenius). Sizes are measured over all
/// entries, observed or not.
struct PartJoins {
  struct Join {
    Index first = 0, second = 0;  ///< nodes
  };

  Index parts = 0;          ///< at the start
  RankOneAtoms nodes;       ///< those, then what each join makes: node parts + t of joins[t]
  std::vector<Join> joins;  ///< parts - 1 of them

  /// The nodes left when there are `count`. Precondition: 1 <= count <= parts.
  RankOneAtoms left(Index count) const;
};

/// Precondition: no atom is zero.
PartJoins join_parts(const RankOneFamily& family, const RankOneAtoms& atoms);

}  // namespace hadal
