#pragma once

#include <vector>

#include "hadal/prox/norm_prox.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// One factor with columns contiguous, its norm, and what its total variation goes on from.
struct Side {
  const NormProx& prox;
  Matrix x, before;           ///< now and one sweep ago
  std::vector<Vector> duals;  ///< of each column
  double norm(Index c) const { return prox.norm()(x.col(c)); }
};

/// Each atom's vector in turn, twice: the second round costs no data and sees the others moved.
/// Where a proximal step takes long, a few atoms at a time: the quadratic g, their Gram matrix, is
/// at most diag(sum of |g| over each row) by diagonal dominance, which parts them. As many at a
/// time on any machine, so that results do not depend on it.
void minimise_atoms(Side& side, const Matrix& target, const Matrix& gram, const Vector& other_norm,
                    double lambda_over_curvature, double tolerance);

/// Leaves out all columns but these.
void keep_columns(Side& side, const std::vector<Index>& kept);

/// The norm of every column.
Vector norms_of(const Side& side);

}  // namespace hadal
