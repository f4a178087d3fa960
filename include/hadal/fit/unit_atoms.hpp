#pragma once

#include "hadal/atom/rank_one.hpp"

namespace hadal {

/// Atoms as vectors of length 1 (balanced ones: orthonormal bases), scaled as the prediction needs
/// them, and their sizes (balanced ones: singular values).
struct UnitAtoms {
  Factor left, right;  ///< D_r E and D_c H, or A E and B H
  Vector sigma;

  UnitAtoms(const RankOneFamily& family, const RankOneAtoms& atoms)
      : left(atoms.u.colwise().normalized()),
        right(atoms.v.colwise().normalized()),
        sigma(singular_values(atoms)) {
    family.lift_rows(left);
    family.lift_columns(right);
  }
};

}  // namespace hadal
