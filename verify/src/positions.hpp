#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/types.hpp"
#include "sparse.hpp"

namespace hadal::verify {

/// A set of modes: bit m for mode m.
using Modes = std::uint32_t;
inline bool holds(Modes modes, std::size_t m) { return (modes >> m & 1) != 0; }
inline Modes all_modes(std::size_t order) { return (Modes{1} << order) - 1; }

/// Which line of a matrix every entry of a tensor is in.
struct Lines {
  std::vector<std::int32_t> of_entry;
  Index count = 0;
};

/// Where the entries of a tensor stand.
class Positions {
 public:
  /// The entries must outlive the object.
  explicit Positions(const TensorEntries& entries);

  const std::vector<Index>& shape() const { return entries_.shape; }
  std::size_t order() const { return entries_.shape.size(); }
  Index size() const { return entries_.size(); }
  Modes all() const { return all_modes(order()); }

  Index at(std::size_t mode, Index entry) const {
    const auto k = static_cast<std::size_t>(entry);
    if (!entries_.full()) return entries_.index[mode][k];
    return entry / stride_[mode] % entries_.shape[mode];
  }

  /// Positions among the modes: the product of their sizes.
  double count(Modes modes) const;
  /// The place of an entry among all positions of these modes, the last running fastest.
  /// Precondition: count(modes) < 2^62.
  Index place(Modes modes, Index entry) const;

  /// Numbers lines by place. Where not all entries are observed, lines without entries are left
  /// out, except that a single mode keeps all its elements.
  Lines lines(Modes modes) const;

  /// The values, one for each entry, as a matrix with these modes as rows and all others as
  /// columns.
  Sparse unfolded(const std::vector<double>& values, Modes rows) const;

 private:
  const TensorEntries& entries_;
  std::vector<Index> stride_;  ///< where all positions are observed
};

}  // namespace hadal::verify
