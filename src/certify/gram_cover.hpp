#pragma once

#include <functional>

#include "hadal/types.hpp"

namespace hadal {

/// Largest order of a Gram matrix that a cover is sought for.
inline constexpr Index gram_cover_order = 600;

struct GramCoverLimits {
  double target = 0;  ///< largest eigenvalue that is good enough
  int iteration_max = 1000;
  double progress = 1e-4;  ///< stop when 50 iterations lower it by less, relatively
  std::function<bool()> cancelled;
};

/// M >= 0, symmetric, that makes the largest eigenvalue of K + M small: then
///   x^T K x <= x^T (K + M) x <= lambda_max(K + M) for every unit x >= 0.
/// Douglas-Rachford splitting between K + M = X and M >= 0. `warm`: a start, or 0 x 0.
SingleFactor gram_cover(const Matrix& k, const Matrix& warm, const GramCoverLimits& limits);

}  // namespace hadal
