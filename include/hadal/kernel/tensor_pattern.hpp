#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// The positions that a tensor of order K is observed at.
///
/// A function on the observed entries (data, residual) is a Vector in the order of TensorEntries:
/// that of their indices, the first mode first. A fully observed tensor stores no indices at all:
/// such a Vector then is the dense tensor in row-major order. Other patterns are stored by
/// **fibres**, the entries that differ in the last index only: the K - 1 indices of each, and the
/// last index of every entry.
class TensorPattern {
 public:
  /// Precondition: canonical entries of order 2 to 8. Costs 4 bytes an entry and 4 K + 4 a fibre,
  /// or nothing when all are observed.
  explicit TensorPattern(const TensorEntries& entries);

  Index order() const { return static_cast<Index>(shape_.size()); }
  const std::vector<Index>& shape() const { return shape_; }
  Index size(Index mode) const { return shape_[static_cast<std::size_t>(mode)]; }
  Index observed() const { return observed_; }
  bool full() const { return full_; }

  // Fibres; none when full().
  Index fibres() const { return static_cast<Index>(start_.size()) - 1; }
  Index fibre_begin(Index fibre) const { return start_[static_cast<std::size_t>(fibre)]; }
  /// The first K - 1 indices of a fibre.
  const std::int32_t* fibre_index(Index fibre) const {
    return fibre_index_.data() + fibre * (order() - 1);
  }
  const std::int32_t* last_index() const { return last_.data(); }

  using Position = std::array<Index, static_cast<std::size_t>(tensor_order_max)>;

  /// Index k of every entry in order, with its position: f(k, position).
  template <class F>
  void for_each(const F& f) const {
    Position at{};
    const auto last = static_cast<std::size_t>(order() - 1);
    if (!full_) {
      for (Index b = 0; b < fibres(); ++b) {
        for (std::size_t m = 0; m < last; ++m) at[m] = fibre_index(b)[m];
        for (Index k = fibre_begin(b); k < fibre_begin(b + 1); ++k) {
          at[last] = last_[static_cast<std::size_t>(k)];
          f(k, at);
        }
      }
      return;
    }
    for (Index k = 0; k < observed_; ++k) {
      f(k, at);
      for (std::size_t m = last + 1; m-- > 0;) {
        if (++at[m] < shape_[m]) break;
        at[m] = 0;
      }
    }
  }

 private:
  std::vector<Index> shape_;
  Index observed_ = 0;
  bool full_ = false;
  std::vector<Index> start_{0};
  std::vector<std::int32_t> fibre_index_, last_;
};

}  // namespace hadal
