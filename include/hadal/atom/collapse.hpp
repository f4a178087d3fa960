#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// Factors s >= 0 of atoms, at most rank(maps) of them not zero, with the same sum of maps,
///   maps s = maps 1,   and   <penalties, s> <= <penalties, 1>.
/// Where maps b = 0 for some b != 0, s moves along b, whichever sign does not raise the penalty,
/// until an element is zero; then again for those that are left (Haeffele and Vidal 2015, theorem
/// 2; Caratheodory). maps: one column for each atom; penalties >= 0.
Vector collapse(const Matrix& maps, const Vector& penalties);

}  // namespace hadal
