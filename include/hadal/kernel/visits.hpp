#pragma once

#include <algorithm>

#include "hadal/kernel/observed_pattern.hpp"

/// Visits of the entries of a pattern that is not full(), f(k, i, j), by many threads. One thread
/// has all entries of a row (or column), in increasing order of the other index, and may add to
/// what belongs to it: neither the schedule nor the number of threads changes results.
namespace hadal {

/// Lines that a thread takes at a time where there are no tiles. Lines differ in length by orders
/// of magnitude in real data, hence dynamic schedules of many blocks.
inline constexpr Index lines_at_a_time = 64;

inline Index row_blocks(const ObservedPattern& p) {
  return p.tiled() ? p.tiles().row_blocks() : (p.rows() + lines_at_a_time - 1) / lines_at_a_time;
}
inline Index column_blocks(const ObservedPattern& p) {
  return p.tiled() ? p.tiles().column_blocks()
                   : (p.columns() + lines_at_a_time - 1) / lines_at_a_time;
}

/// Before a tile, enter(first column, last column) tells of a panel whose columns are to be used
/// about once each or more.
template <class F, class Enter>
void visit_row_block(const ObservedPattern& p, Index block, const F& f, const Enter& enter) {
  if (p.tiled()) {
    const Tiles& tiles = p.tiles();
    for (Index panel = 0; panel < tiles.column_blocks(); ++panel) {
      const Index first = panel * tiles.block_columns();
      const Index last = std::min(first + tiles.block_columns(), p.columns());
      if (tiles.count(block, panel) >= last - first) enter(first, last);
      tiles.visit(block, panel, f);
    }
    return;
  }
  const Index first = block * lines_at_a_time, last = std::min(first + lines_at_a_time, p.rows());
  const std::int32_t* column = p.column();
  for (Index i = first; i < last; ++i)
    for (Index k = p.row_begin(i), end = p.row_end(i); k < end; ++k) f(k, i, Index{column[k]});
}

template <class F>
void visit_column_block(const ObservedPattern& p, Index block, const F& f) {
  if (p.tiled()) {
    for (Index b = 0; b < p.tiles().row_blocks(); ++b) p.tiles().visit(b, block, f);
    return;
  }
  const Index first = block * lines_at_a_time;
  const Index last = std::min(first + lines_at_a_time, p.columns());
  const std::int32_t* row = p.row();
  const std::uint32_t* position = p.position();
  for (Index j = first; j < last; ++j)
    for (Index t = p.column_begin(j), end = p.column_end(j); t < end; ++t)
      f(Index{position[t]}, Index{row[t]}, j);
}

template <class F, class Enter>
void for_each_by_row(const ObservedPattern& p, const F& f, const Enter& enter) {
#pragma omp parallel for schedule(dynamic, 1)
  for (Index block = 0; block < row_blocks(p); ++block) visit_row_block(p, block, f, enter);
}

template <class F>
void for_each_by_row(const ObservedPattern& p, const F& f) {
  for_each_by_row(p, f, [](Index, Index) {});
}

template <class F>
void for_each_by_column(const ObservedPattern& p, const F& f) {
#pragma omp parallel for schedule(dynamic, 1)
  for (Index block = 0; block < column_blocks(p); ++block) visit_column_block(p, block, f);
}

}  // namespace hadal
