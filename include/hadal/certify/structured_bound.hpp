#pragma once

#include <functional>

#include "hadal/atom/atom.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/norm/factor_norm.hpp"

/// Upper bounds on polar(Q) = max u^T Q v over norm_u(u) norm_v(v) <= 1 for a dense Q and norms of
/// the factors that are not both plain (docs/structured.md). The polar is NP-hard; a bound is a
/// feasible point of a convex problem, hence a proof wherever the method stops.
namespace hadal {

struct StructuredBoundOptions {
  double target = 0;  ///< a bound that is not above this is good enough
  int iteration_max = 1000;
  double progress = 1e-4;  ///< stop when 50 iterations lower the bound by less, relatively
  std::function<bool()> cancelled;
};

struct StructuredBound {
  PolarBound bound;  ///< deterministic; none (and infinite) only where squares overflow
  PolarSlack slack;  ///< what proves it
  int iterations = 0;
};

/// Minimises the bound over the slack: with Q + N = sum over pairs (a, b) of norm terms of Q_ab,
///   polar(Q) <= max over (a, b) of dual_ab(Q_ab) / (nu_a nu_b)
/// (N >= 0 where both factors are >= 0), by Douglas-Rachford splitting between the sum and the
/// maximum; where one factor alone is >= 0, then min over M >= 0 of the largest eigenvalue of the
/// remainder's Gram matrix + M. Pairs of two tv terms are not used. `warm`: the slack of a similar
/// Q, or empty. Precondition: Q finite, of the graphs' sizes. One iteration costs two products of
/// Q's size with a square matrix of its smaller side and an eigendecomposition of that.
StructuredBound structured_bound(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                                 const StructuredBoundOptions& options,
                                 const PolarSlack& warm = {});

/// The bound that a slack without a tree proves, rounding included. Precondition: as its
/// description says, and N and M only where the factors' signs allow them.
PolarBound slack_bound(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                       const PolarSlack& slack);

}  // namespace hadal
