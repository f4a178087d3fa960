#pragma once

#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/kernel/tensor_pattern.hpp"
#include "math/support.hpp"

namespace hadal::test {

inline Index product_of(const std::vector<Index>& shape) {
  Index product = 1;
  for (const Index size : shape) product *= size;
  return product;
}

/// A dense tensor in row-major order, element k at a position that is worked out anew.
inline std::vector<Index> position_of(const std::vector<Index>& shape, Index k) {
  std::vector<Index> at(shape.size());
  for (std::size_t m = shape.size(); m-- > 0;) {
    at[m] = k % shape[m];
    k /= shape[m];
  }
  return at;
}

/// sum_c prod_m W_m(i_m, c) at every position.
inline Vector dense_tensor(const std::vector<Factor>& factors) {
  std::vector<Index> shape;
  for (const Factor& factor : factors) shape.push_back(factor.rows());
  Vector z = Vector::Zero(product_of(shape));
  for (Index k = 0; k < z.size(); ++k) {
    const std::vector<Index> at = position_of(shape, k);
    for (Index c = 0; c < factors.front().cols(); ++c) {
      double product = 1;
      for (std::size_t m = 0; m < shape.size(); ++m) product *= factors[m](at[m], c);
      z[k] += product;
    }
  }
  return z;
}

inline std::vector<Factor> random_factors(const std::vector<Index>& shape, Index rank,
                                          Random& random) {
  std::vector<Factor> factors;
  for (const Index size : shape) factors.emplace_back(random.matrix(size, rank));
  return factors;
}

inline TensorEntries full_tensor(std::vector<Index> shape, const Vector& values) {
  TensorEntries entries;
  entries.shape = std::move(shape);
  entries.value.assign(values.data(), values.data() + values.size());
  return entries;
}

/// The entries that are observed with the given probability; at least one.
inline TensorEntries sampled_tensor(const std::vector<Index>& shape, const Vector& values,
                                    double density, Random& random) {
  TensorEntries entries;
  entries.shape = shape;
  entries.index.resize(shape.size());
  for (Index k = 0; k < values.size(); ++k) {
    if (!random.chance(density) && !(k + 1 == values.size() && entries.value.empty())) continue;
    const std::vector<Index> at = position_of(shape, k);
    for (std::size_t m = 0; m < shape.size(); ++m)
      entries.index[m].push_back(static_cast<std::int32_t>(at[m]));
    entries.value.push_back(values[k]);
  }
  return entries;
}

}  // namespace hadal::test
