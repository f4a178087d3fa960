#pragma once

#include "hadal/atom/tensor.hpp"

namespace hadal {

/// Searches for atoms that collect the most from Q: from many starts, every mode's vector in turn
/// is aligned with what Q and the others leave of it, which never lowers what is collected. Starts
/// are the current atoms, combinations of the leading singular vectors of all unfoldings (where
/// those cost little), the largest entries of Q, and random vectors. All share their passes over Q.
PolarResult<TensorAtoms> search_tensor_polar(const TensorFamily& family, const Vector& q,
                                             const TensorAtoms& atoms, const PolarRequest& request);

}  // namespace hadal
