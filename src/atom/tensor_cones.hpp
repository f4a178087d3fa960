#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hadal/atom/atom.hpp"
#include "hadal/kernel/tensor_pattern.hpp"

namespace hadal {

struct TensorConesOptions {
  double target = 0;        ///< a bound that is not above this is good enough
  double precision = 1e-7;  ///< or one this little, relatively, above the largest value found
  int evaluations_max = 20'000;
  std::function<bool()> cancelled;
};

/// A bound on max <Q, w_0 o .. o w_K-1> over unit vectors (>= 0 where `nonnegative` says so) of a
/// fully observed tensor, by branch and bound over all modes but the two largest.
///
/// With the vectors of those modes fixed, what is left is the polar g of a matrix: sigma_1, or less
/// where both of its factors are >= 0. g is convex and homogeneous of degree one in each of them.
/// In the cone of rays v_j a unit vector is w = sum a_j v_j with a >= 0, so g(w) <= max g(v_j) sum
/// a_j, and sum a_j <= ||z|| / min <z, v_j> for any z: the bound of a cone is second order in its
/// width. Cones are halved where the bound is largest. Proof::none, and infinite, where the modes
/// are too many or too long for that.
PolarBound polar_by_tensor_cones(const TensorPattern& pattern, const Vector& q,
                                 const std::vector<bool>& nonnegative,
                                 const TensorConesOptions& options);

}  // namespace hadal
