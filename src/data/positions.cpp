#include "positions.hpp"

namespace hadal::io {

std::optional<std::uint64_t> position_count(std::span<const Index> shape) {
  std::uint64_t count = 1;
  for (const Index size : shape) {
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count)) return {};
  }
  return count;
}

std::vector<Index> indices_at(std::span<const Index> shape, std::size_t position) {
  std::vector<Index> indices(shape.size());
  for (std::size_t mode = shape.size(); mode-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[mode]);
    indices[mode] = static_cast<Index>(position % size);
    position /= size;
  }
  return indices;
}

}  // namespace hadal::io
