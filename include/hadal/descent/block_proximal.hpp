#pragma once

#include "hadal/atom/streamed.hpp"
#include "hadal/atom/structured.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Proximal block coordinate descent with extrapolation on structured factors.
///
/// With the other factor fixed, the loss is majorised by its curvature bound L (for the unweighted
/// squared loss on a full matrix it is its own majoriser; where the curvature varies, a bound at
/// the current point, raised whenever it proves too small), and each atom's vector is then
/// minimised exactly in turn:
///   u_i <- prox of (lambda norm_v(v_i) / (L g_ii)) norm_u  at  u_i + (T - U G)_i / g_ii,
///   G = V^T V,   T = R V / L + U G,   R = -grad loss,
/// then the same for v. With dictionaries A and B the Hessian in u, L A^T A (x) V^T B^T B V, is
/// majorised by L ||A||_2^2 in place of L (A^T A <= ||A||_2^2 I), and
///   G = V^T B^T B V,   T = A^T R B V / (L ||A||_2^2) + U G. Points are extrapolated between sweeps
///   (Ang and Gillis 2019; Xu and Yin
/// 2013), and a sweep that would raise F is taken back and made without.
class BlockProximal {
 public:
  template <Loss L>
  DescentReport descend(const L& loss, const StructuredFamily& family, double lambda,
                        RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                        const DescentGoal& goal) const;
  /// The same, two passes over the data a sweep.
  DescentReport descend(const StreamedSquaredLoss& loss, const StreamedFamily& family,
                        double lambda, RankOneAtoms& atoms, const Outside<RankOneAtoms>& outside,
                        const DescentGoal& goal) const;
};

}  // namespace hadal
