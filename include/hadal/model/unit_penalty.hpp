#pragma once

#include <string_view>

namespace hadal {

/// Norms of u and v that make a hidden unit's penalty ||u||^a ||v||, a the activation's degree.
enum class UnitPenalty {
  product,  ///< l2: the least of weight decay, (a ||u||^(a+1) + ||v||^(a+1)) / (a + 1), over scales
  path      ///< l1: for a = 1 the sum over all paths of |u_i| |v_k| (Neyshabur et al. 2015)
};

std::string_view to_string(UnitPenalty);
/// The inverse of to_string; throws ArgumentError naming the text and the accepted words.
UnitPenalty unit_penalty_from_string(std::string_view);

}  // namespace hadal
