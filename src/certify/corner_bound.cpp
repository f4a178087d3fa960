#include <algorithm>

#include "hadal/certify/direction_bound.hpp"
#include "verified_gram.hpp"

namespace hadal {

double corner_bound(const Factor& points, const Factor& q, const TwoSlopes& slopes) {
  const Matrix linear = slopes.mean * points.transpose() * q;
  const Matrix sizes = points.cwiseAbs().transpose() * q.cwiseAbs();
  double largest = 0;
  for (const double sign : {1.0, -1.0}) {
    const Factor helping = (sign * q).cwiseMax(0);
    const Matrix kinks = slopes.half * points.cwiseAbs().transpose() * helping;
    // At e_j and at -e_j.
    largest = std::max(largest, (kinks + linear.cwiseAbs()).maxCoeff());
  }
  const auto samples = static_cast<double>(points.rows());
  return largest + 1.01 * rounding_gamma(samples + 4) * (std::abs(slopes.mean) + slopes.half) *
                       sizes.maxCoeff();
}

}  // namespace hadal
