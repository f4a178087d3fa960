#pragma once

#include "hadal/atom/hidden_unit.hpp"

namespace hadal {

/// max <Q, act(X u) v^T> over ||u|| = ||v|| = 1: by singular vectors of X^T Q for linear units and
/// eigenvectors of X^T diag(q) X for squares with one output (then the value is the polar itself,
/// to rounding); by ascents from many starts else (a lower value): current units, directions
/// between samples, singular vectors of X^T Q, random ones.
PolarResult<HiddenUnits> search_unit_polar(const HiddenUnitFamily& family, const Vector& q,
                                           const HiddenUnits& units, const PolarRequest& request);

/// The unit with input weights along u and the output weights that collect the most, of penalty
/// one, and what it collects. For units of one piece.
PolarResult<HiddenUnits> unit_along(const HiddenUnitFamily& family, const Vector& q,
                                    const Vector& u);

}  // namespace hadal
