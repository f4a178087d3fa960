#include "hadal/kernel/tensor_pattern.hpp"

#include "hadal/error.hpp"

namespace hadal {

TensorPattern::TensorPattern(const TensorEntries& entries)
    : shape_(entries.shape), observed_(entries.size()), full_(entries.full()) {
  if (order() < 2 || order() > tensor_order_max)
    throw ArgumentError("a tensor of order " + std::to_string(order()) +
                        " was given; expected 2 to " + std::to_string(tensor_order_max));
  if (full_) return;
  const std::size_t last = shape_.size() - 1, count = static_cast<std::size_t>(observed_);
  last_ = entries.index[last];
  for (std::size_t k = 0; k < count; ++k) {
    bool same = k > 0;
    for (std::size_t m = last; same && m-- > 0;)
      same = entries.index[m][k] == entries.index[m][k - 1];
    if (same) continue;
    if (k > 0) start_.push_back(static_cast<Index>(k));
    for (std::size_t m = 0; m < last; ++m) fibre_index_.push_back(entries.index[m][k]);
  }
  if (count > 0) start_.push_back(observed_);
  start_.shrink_to_fit();
  fibre_index_.shrink_to_fit();
}

}  // namespace hadal
