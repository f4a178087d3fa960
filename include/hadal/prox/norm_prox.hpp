#pragma once

#include <optional>

#include "hadal/norm/factor_norm.hpp"
#include "hadal/prox/total_variation.hpp"

namespace hadal {

/// The proximal operator of a factor's norm,
///   argmin over y of ||y - x||^2 / 2 + t norm(y),
/// Total variation on a chain is taken first, exactly, then the shrinkage of l1 and l2: shifts and
/// clipping commute with total variation (Friedman et al. 2007), and the l2 norm may come last
/// beside any positively homogeneous part (Yu 2013, On decomposing the proximal map; Haeffele and
/// Vidal 2015). On any other graph both are taken together, to a duality gap.
class NormProx {
 public:
  explicit NormProx(FactorNorm norm);

  const FactorNorm& norm() const { return norm_; }

  /// dual: what the total variation on a graph goes on from, kept by the caller beside each vector;
  /// empty at first. Exact but for that case, where the duality gap is at most `tolerance`, in the
  /// units of the objective, unless the iterations run out.
  void operator()(const Vector& x, double t, double tolerance, Vector& dual, Vector& y) const;

  /// A vector y with norm(y) = 1 that makes <a, y> large, and <a, y>: no less than at `start`,
  /// unless that is empty; the largest there is without total variation. 0 and y = 0 where nothing
  /// is positive.
  double align(const Vector& a, const Vector& start, Vector& dual, Vector& y) const;

 private:
  FactorNorm norm_;
  std::optional<GraphTotalVariation> variation_;
};

}  // namespace hadal
