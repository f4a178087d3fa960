#pragma once

#include <functional>
#include <string>

#include "problem.hpp"
#include "sparse.hpp"

namespace hadal::verify {

/// What is known about sigma_1(Q).
struct PolarBound {
  double search = 0;  ///< a lower value
  double bound = 0;   ///< an upper bound, where proof is not `none`
  Proof proof = Proof::none;
  double failure_probability = 1;
  std::string method;
};

/// Whether a bound is small enough for what has to be confirmed.
using Enough = std::function<bool(double bound)>;

/// Probabilistic proof by splitting along the spaces of the factors. With U, V orthonormal bases,
///   || Q || <= || [a b; c d] ||_2,  a = || U^T Q V ||,          b = || U^T Q (I - V V^T) ||,
///                                   c = || (I - U U^T) Q V ||,  d = || (I - U U^T) Q (I - V V^T)
///                                   ||,
/// a, b, c from thin products and d from Lanczos with Kuczynski and Wozniakowski's bound. The bound
/// is evaluated after step counts fixed beforehand, each with its share of `failure_probability`,
/// until it is `enough`.
PolarBound split_bound(const Sparse& q, const Factor& u, const Factor& v,
                       double failure_probability, const Enough& enough);

}  // namespace hadal::verify
