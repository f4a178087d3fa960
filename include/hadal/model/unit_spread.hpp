#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// (largest - smallest) / mean of the products of norms of a layer's units; 0 where all are zero.
/// Precondition: there is a unit.
inline double spread(const Vector& products) {
  const double mean = products.mean();
  return mean > 0 ? (products.maxCoeff() - products.minCoeff()) / mean : 0;
}

}  // namespace hadal
