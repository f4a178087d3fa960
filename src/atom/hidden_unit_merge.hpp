#pragma once

#include "hadal/atom/hidden_unit.hpp"

namespace hadal {

/// Replaces units by fewer that compute the same on the family's samples, to rounding, at a penalty
/// that is not larger:
///   linear: those of the singular value decomposition of sum u v^T (product penalty);
///   square with one output: those of the eigenvalue decomposition of sum v u u^T (product);
///   two slopes: units that are on the same side of every sample, with parallel outputs, become one
///   (||sum of w|| <= sum of ||w||, w = ||v|| u); any activation: units with parallel inputs;
///   and of more units than samples times outputs as many as these are enough (collapse).
void merge_units(const HiddenUnitFamily& family, HiddenUnits& units);

}  // namespace hadal
