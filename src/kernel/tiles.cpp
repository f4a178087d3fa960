#include "hadal/kernel/tiles.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {
namespace {

/// Two bytes say the place in a tile.
constexpr Index size_max = Index{1} << 16;

Index blocks(Index lines, Index size) { return (lines + size - 1) / size; }

/// Blocks a side to begin with: enough for many threads to share, of which a dynamic schedule evens
/// out the lengths.
Index blocks_wanted(Index tiles) {
  const auto side = static_cast<Index>(std::sqrt(static_cast<double>(tiles)));
  return std::clamp<Index>(side, 1, 64);
}

}  // namespace

Tiles::Tiles(const Entries& entries, const Tiling& tiling) {
  const Index tiles_max = std::max<Index>(entries.size() / tiling.entries_per_tile, 1);
  const Index wanted = blocks_wanted(tiles_max);
  const Index together = tiling.columns_together, columns_max = size_max / together * together;
  block_rows_ = std::min(blocks(entries.rows, wanted), tiling.rows);
  block_columns_ = std::min(blocks(entries.columns, wanted), tiling.columns);
  block_columns_ = std::min(blocks(block_columns_, together) * together, columns_max);
  const auto count_blocks = [&] {
    row_blocks_ = blocks(entries.rows, block_rows_);
    column_blocks_ = blocks(entries.columns, block_columns_);
  };
  count_blocks();
  while (row_blocks_ * column_blocks_ > tiles_max &&
         (block_rows_ < size_max || block_columns_ < columns_max)) {
    block_rows_ = std::min(2 * block_rows_, size_max);
    block_columns_ = std::min(2 * block_columns_, columns_max);
    count_blocks();
  }
  fill(entries);
}

void Tiles::fill(const Entries& entries) {
  start_.assign(row_blocks_ * column_blocks_ + 1, 0);
  for (Index k = 0; k < entries.size(); ++k)
    ++start_[tile_of(entries.row[k], entries.column[k]) + 1];
  for (std::size_t t = 1; t < start_.size(); ++t) start_[t] += start_[t - 1];
  place_.resize(entries.size());
  std::vector<Index> next(start_.begin(), start_.end() - 1);
  for (Index k = 0; k < entries.size(); ++k) {
    const Index i = entries.row[k], j = entries.column[k];
    place_[next[tile_of(i, j)]++] = {static_cast<std::uint16_t>(i % block_rows_),
                                     static_cast<std::uint16_t>(j % block_columns_)};
  }
}

Vector Tiles::arranged(const Entries& entries, const Vector& values) const {
  Vector out(values.size());
  std::vector<Index> next(start_.begin(), start_.end() - 1);
  for (Index k = 0; k < entries.size(); ++k)
    out[next[tile_of(entries.row[k], entries.column[k])]++] = values[k];
  return out;
}

}  // namespace hadal
