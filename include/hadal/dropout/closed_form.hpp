#pragma once

#include <vector>

#include "hadal/dropout/equalise.hpp"
#include "hadal/dropout/leading_singular.hpp"
#include "hadal/dropout/noise.hpp"
#include "hadal/dropout/support_norm.hpp"

/// What dropout penalises in the product M X alone, whatever the factors, and its global minimiser.
namespace hadal::dropout {

/// The convex penalty on the product that no network's own penalty is below:
///   strength N_block(singular values of M X)^2.
struct InducedPenalty {
  double strength = 0;
  Index block = 1;
  Index rank_max = 0;  ///< of a product through these widths
};

/// One hidden layer of `width` units in blocks of k: strength = m k / width (Cavazza et al. 2018;
/// Pal et al. 2020). More layers, of dropout with variance m: prod_l (1 + m / d_l) - 1 with k = 1
/// (Mianjy and Arora 2019: the convex envelope, attained where the product has rank one).
/// Precondition: widths are positive multiples of the block.
InducedPenalty induced_penalty(const std::vector<Index>& widths, const Noise& noise);

/// The value of the induced penalty at a product with these singular values (non-increasing).
double penalty_of(const InducedPenalty& penalty, const Vector& singular_values);

/// How many leading singular values of the target decide the minimiser of ||Y - Z||^2 + penalty(Z)
/// over rank(Z) <= rank_max: those that are not shrunk to zero. One more than there are in `found`
/// where it cannot be told.
Index deciding(const InducedPenalty& penalty, const Vector& found);

/// Z itself, but for singular values that are only rounding: the target's singular vectors, with
/// singular values shrunk (fixed width: Cavazza et al. 2018).
Spectrum shrunk(const InducedPenalty& penalty, const SingularTriplets& target);

}  // namespace hadal::dropout
