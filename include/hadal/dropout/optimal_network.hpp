#pragma once

#include <optional>
#include <vector>

#include "hadal/dropout/equalise.hpp"

namespace hadal::dropout {

/// The network with this product whose own penalty is the induced one, where there is a formula for
/// it: one hidden layer of single units; blocks that are not narrower than the rank; rank one
/// through any layers. Precondition: no width is less than the rank.
std::optional<LinearNetwork> exact_network(const Spectrum& product,
                                           const std::vector<Index>& widths, Index block);

/// The product carried evenly by all layers: a start where there is no formula.
LinearNetwork split_network(const Spectrum& product, const std::vector<Index>& widths);

}  // namespace hadal::dropout
