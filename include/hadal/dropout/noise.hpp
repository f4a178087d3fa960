#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "hadal/model/noise.hpp"
#include "hadal/types.hpp"

namespace hadal::dropout {

/// Retain probability whose variance is that of `base` times a factor: of a width that is `factor`
/// times as large it leaves the penalty on the product the same, t(r) = q / (r - (r - 1) q).
inline double adapted_retain(double base, double factor) {
  return base / (factor - (factor - 1) * base);
}

/// Masks, the same for the same seed on every machine.
class MaskSource {
 public:
  explicit MaskSource(std::uint64_t seed) : random_(seed) {}

  /// rows x columns of zeros and 1 / retain; blocks of rows share theirs.
  void draw(double retain, Index block, Matrix& mask) {
    const double kept = 1 / retain;
    for (Index j = 0; j < mask.cols(); ++j) {
      for (Index i = 0; i < mask.rows(); i += block)
        mask.col(j).segment(i, block).setConstant(uniform() < retain ? kept : 0.0);
    }
  }

  /// One of 0 .. count - 1.
  Index below(Index count) {
    return std::min(count - 1, static_cast<Index>(uniform() * static_cast<double>(count)));
  }

 private:
  double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

  std::mt19937_64 random_;
};

}  // namespace hadal::dropout
