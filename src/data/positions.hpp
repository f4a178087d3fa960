#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hadal/types.hpp"

/// The positions of a dense array, which are counted in row-major order.
namespace hadal::io {

/// How many there are; nothing where they exceed 2^64 - 1.
std::optional<std::uint64_t> position_count(std::span<const Index> shape);

/// The indices of the position with this number.
std::vector<Index> indices_at(std::span<const Index> shape, std::size_t position);

/// Walks through the positions of an array.
class Walk {
 public:
  explicit Walk(std::span<const Index> shape) : shape_(shape), at_(shape.size(), 0) {}

  const std::vector<Index>& at() const { return at_; }

  /// To the next position; from the last to the first.
  void next() {
    for (std::size_t mode = at_.size(); mode-- > 0;) {
      if (++at_[mode] < shape_[mode]) return;
      at_[mode] = 0;
    }
  }

 private:
  std::span<const Index> shape_;
  std::vector<Index> at_;
};

}  // namespace hadal::io
