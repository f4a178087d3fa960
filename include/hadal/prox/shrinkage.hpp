#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// The proximal operator of l1 ||y||_1 + l2 ||y||_2, with or without y >= 0: soft thresholds (with
/// y >= 0 a shift and the positive part), then the group shrinkage (Yu 2013, On decomposing the
/// proximal map).
struct Shrinkage {
  double l1 = 0, l2 = 0;  ///< >= 0
  bool nonnegative = false;

  /// In place.
  void operator()(Vector& y) const;
};

}  // namespace hadal
