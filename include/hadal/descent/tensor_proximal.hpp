#pragma once

#include "hadal/atom/tensor.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/loss/loss.hpp"

namespace hadal {

/// Proximal block coordinate descent with extrapolation on the factors of rank-one tensors, one
/// mode after the other.
///
/// With the other modes' factors fixed, the loss is majorised by its curvature bound L, and each
/// atom's vector is minimised exactly in turn, penalised by lambda times its own norm times those
/// of its other modes (an atom that is not worth its penalty becomes zero):
///   w_c <- prox of (lambda prod_{l != m} norm_l / (L g_cc)) norm_m at w_c + (T - W_m G)_c / g_cc,
///   G = the elementwise product of the other modes' Gram matrices, T = M / L + W_m G, and M the
/// residual's MTTKRP; for the unweighted squared loss of a full tensor L = 1 majorises exactly and
/// T is the MTTKRP of the data. Otherwise L is lowered as long as the loss stays below its
/// majoriser, which the next evaluation shows, and the step is made anew where it does not. Points
/// are extrapolated between sweeps (Ang, Cohen, Gillis and Hien 2021), and a sweep that would raise
/// F is taken back and made without. Atoms that share all modes but one are merged.
class TensorProximal {
 public:
  template <Loss L>
  DescentReport descend(const L& loss, const TensorFamily& family, double lambda,
                        TensorAtoms& atoms, const Outside<TensorAtoms>& outside,
                        const DescentGoal& goal) const;
};

}  // namespace hadal
