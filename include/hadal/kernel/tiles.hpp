#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/entries.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// When a pattern is tiled, and the size of its tiles.
struct Tiling {
  Index entries_min = Index{1} << 18;  ///< a pattern with fewer entries is not tiled
  Index entries_per_tile = 256;        ///< at least so many on average, or tiles grow
  /// The largest tile, unless it has to grow: 2048 rows of one factor, read in random order, stay
  /// in a core's second-level cache up to some 30 atoms, and the rows of the other come in order.
  Index rows = 8192, columns = 2048;
  /// So many columns, counted from the first, are never parted by a tile's border: where a row has
  /// entries in all of them, these follow one another in tile order as they do in row order. At
  /// most 2^16.
  Index columns_together = 1;
};

/// Entries in **tile order**: the matrix is cut into blocks of rows times blocks of columns, and
/// the entries come tile by tile, each tile in row order. In a tile two bytes say the row and two
/// the column. A row's entries keep their order, and so do a column's: a thread that visits the
/// tiles of a block of rows, or of columns, adds in the order of one that follows each line.
class Tiles {
 public:
  Tiles() = default;
  /// Precondition: canonical entries.
  Tiles(const Entries& entries, const Tiling& tiling);

  bool empty() const { return place_.empty(); }
  Index row_blocks() const { return row_blocks_; }
  Index column_blocks() const { return column_blocks_; }
  Index block_rows() const { return block_rows_; }
  Index block_columns() const { return block_columns_; }
  /// Entries of one tile.
  Index count(Index row_block, Index column_block) const {
    const Index tile = row_block * column_blocks_ + column_block;
    return start_[tile + 1] - start_[tile];
  }

  /// The entries of a block of rows and a block of columns: f(k, i, j), k being the place in tile
  /// order.
  template <class F>
  void visit(Index row_block, Index column_block, const F& f) const {
    const Index tile = row_block * column_blocks_ + column_block;
    const Index row = row_block * block_rows_, column = column_block * block_columns_;
    const Place* place = place_.data();
    for (Index k = start_[tile], end = start_[tile + 1]; k < end; ++k)
      f(k, row + place[k].row, column + place[k].column);
  }

  /// Values of the entries in row order, taken to tile order.
  Vector arranged(const Entries& entries, const Vector& values) const;

 private:
  struct Place {
    std::uint16_t row, column;
  };
  void fill(const Entries& entries);
  Index tile_of(Index i, Index j) const {
    return i / block_rows_ * column_blocks_ + j / block_columns_;
  }

  Index block_rows_ = 0, block_columns_ = 0, row_blocks_ = 0, column_blocks_ = 0;
  std::vector<Index> start_;
  std::vector<Place> place_;
};

}  // namespace hadal
