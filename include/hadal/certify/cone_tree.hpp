#pragma once

#include <functional>

#include "hadal/atom/atom.hpp"
#include "hadal/model/polar_slack.hpp"

/// The polar of a small matrix under plain l2 norms with one or both factors >= 0, to a tolerance.
namespace hadal {

struct ConeTreeOptions {
  /// Relative distance of bound and value that ends the search; relative to the largest element
  /// where the polar is smaller than that.
  double precision = 1e-5;
  Index nodes_max = 2000;
  std::function<bool()> cancelled;
};

struct ConeTreeResult {
  PolarBound bound;  ///< proved
  PolarSlack slack;  ///< what proves it
  double value = 0;  ///< u^T Q v of the best found: a lower value
  Vector u, v;       ///< unit vectors, where value > 0
  Index nodes = 0;
};

/// Branch and bound over cones of the smaller factor that is >= 0, best first; on a cone the
/// relaxation of src/certify/cone_relaxation.hpp. Precondition: u_nonnegative or v_nonnegative.
ConeTreeResult polar_by_cones(const Matrix& q, bool u_nonnegative, bool v_nonnegative,
                              const ConeTreeOptions& options = {});

/// The bound that a slack with a tree proves for the plain l2 norms, rounding included.
/// Precondition: the tree is one that polar_by_cones made for a matrix of this shape.
PolarBound cone_tree_bound(const Matrix& q, const PolarSlack& slack);

}  // namespace hadal
