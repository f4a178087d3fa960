#pragma once

#include <fmt/format.h>

#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

/// Factors of a tensor model in a group of a file: one matrix for each mode.
namespace hadal {

inline void write_factors(const hdf5::Writer& group, const std::vector<Factor>& factors) {
  for (std::size_t m = 0; m < factors.size(); ++m)
    group.matrix(fmt::format("mode{}", m).c_str(), factors[m]);
}

inline std::vector<Factor> read_factors(const hdf5::Reader& group, std::size_t order) {
  std::vector<Factor> factors;
  for (std::size_t m = 0; m < order; ++m)
    factors.push_back(group.matrix(fmt::format("mode{}", m).c_str()));
  return factors;
}

/// The attribute `order` of a group.
inline std::size_t read_order(const hdf5::Reader& group) {
  const std::int64_t order = group.integer("order");
  if (order < 2 || order > tensor_order_max)
    group.fail("order", fmt::format("is {}, expected 2 .. {}", order, tensor_order_max));
  return static_cast<std::size_t>(order);
}

}  // namespace hadal
