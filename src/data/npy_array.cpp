#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "npy_elements.hpp"
#include "positions.hpp"
#include "tensor_readers.hpp"

namespace hadal::io {
namespace {

/// Distance between neighbours along each mode, in bytes.
std::vector<std::size_t> strides_of(const NpyHeader& header, const std::vector<Index>& shape) {
  const std::size_t order = shape.size();
  std::vector<std::size_t> strides(order);
  std::size_t stride = header.item_size;
  for (std::size_t k = 0; k < order; ++k) {
    const std::size_t mode = header.fortran_order ? k : order - 1 - k;
    strides[mode] = stride;
    stride *= static_cast<std::size_t>(shape[mode]);
  }
  return strides;
}

template <class Load>
void load_elements(const Source& source, const NpyHeader& header, const Load& load,
                   DenseArray& array) {
  const std::vector<std::size_t> strides = strides_of(header, array.shape);
  Walk walk(array.shape);
  for (double& value : array.values) {
    std::size_t offset = header.data_offset;
    for (std::size_t mode = 0; mode < strides.size(); ++mode) {
      offset += static_cast<std::size_t>(walk.at()[mode]) * strides[mode];
    }
    value = load(source.bytes.data() + offset);
    if (std::isinf(value)) {
      refuse_byte(source, offset,
                  fmt::format("element ({}) is {}: expected a finite number, or NaN for a missing "
                              "entry",
                              fmt::join(walk.at(), ", "), value));
    }
    walk.next();
  }
}

}  // namespace

DenseArray read_npy_array(const Source& source) {
  const NpyHeader header = parse_npy_header(source);
  DenseArray array{tensor_shape(source, header.shape), {}};
  const std::uint64_t count = *position_count(array.shape);
  require_length(source, header, count);
  require_memory(source, count * sizeof(double));
  array.values.resize(count);
  with_loader(header, [&](const auto& load) { load_elements(source, header, load, array); });
  return array;
}

}  // namespace hadal::io
