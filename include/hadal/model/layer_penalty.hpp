#pragma once

#include <string_view>
#include <vector>

#include "hadal/network/plan.hpp"

namespace hadal {

/// The penalty of one copy of a subnetwork, of the Frobenius norms n_k of its blocks of weights;
/// d_k is its degree in block k, p = sum d_k.
enum class LayerPenalty {
  powers,   ///< sum_k (d_k / p) n_k^p: equal to `product` where the blocks are balanced, smooth
  product,  ///< prod_k n_k^d_k
  decay     ///< sum_k n_k^2 / 2, ordinary weight decay: of degree 2, whatever p is
};

std::string_view to_string(LayerPenalty);
/// The inverse of to_string; throws ArgumentError naming the text and the accepted words.
LayerPenalty layer_penalty_from_string(std::string_view);

/// The degree of the penalty of such subnetworks.
int degree_of(LayerPenalty penalty, const Plan& plan);

/// Of one copy; norms: of every block.
double penalty_of(LayerPenalty penalty, const Plan& plan, const std::vector<double>& norms);

}  // namespace hadal
