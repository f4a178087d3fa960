#pragma once

#include <vector>

#include "sparse.hpp"

namespace hadal::verify {

/// Minus the gradient with respect to the matrix of coefficients, G = A^T Q B: its polar for the
/// map u v^T is that of Q for the map (A u)(B v)^T. Q itself without dictionaries.
struct CoefficientGradient {
  Sparse q;
  double margin = 0;  ///< >= || G as computed - G exactly ||_2
};

/// gradient: Q at the entries of the data, whose doubles are taken as exact.
CoefficientGradient coefficient_gradient(const Problem& problem,
                                         const std::vector<double>& gradient);

}  // namespace hadal::verify
