#pragma once

#include <omp.h>

#include <algorithm>
#include <vector>

#include "hadal/kernel/observed_pattern.hpp"

namespace hadal {

/// The entries of a pattern by rows or by columns: line i holds the entries [begin(i), begin(i +
/// 1)) with increasing indices `other` on the other side.
struct Lines {
  const ObservedPattern& pattern;
  bool by_row;

  Index count() const { return by_row ? pattern.rows() : pattern.columns(); }
  Index others() const { return by_row ? pattern.columns() : pattern.rows(); }
  Index begin(Index i) const { return by_row ? pattern.row_begin(i) : pattern.column_begin(i); }
  const std::int32_t* other() const { return by_row ? pattern.column() : pattern.row(); }
};

/// One block of lines of a tiled visit, panel by panel. A tile holds a few entries of each line,
/// far from those of the next: what they need is asked for some lines ahead.
template <class Visit, class Early, class Late>
void visit_block(const Lines& lines, Index first, Index last, Index panel, const Visit& visit,
                 const Early& fetch_early, const Late& fetch_late) {
  constexpr Index early = 12, late = 6;
  const std::int32_t* other = lines.other();
  std::vector<Index> at;
  for (Index i = first; i < last; ++i) at.push_back(lines.begin(i));
  for (Index until = panel; until < lines.others() + panel; until += panel) {
    for (Index i = first; i < last; ++i) {
      if (i + early < last) fetch_early(at[i + early - first]);
      if (i + late < last) fetch_late(at[i + late - first]);
      const Index from = at[i - first], end = lines.begin(i + 1);
      Index to = from;
      while (to < end && other[to] < until) ++to;
      at[i - first] = to;
      if (to > from) visit(i, from, to);
    }
  }
}

/// Visits the entries of every line in order, visit(line, first entry, last entry). `bytes` are
/// read about each of the others, in random order: where that is more than the caches hold, lines
/// are visited in tiles, a block of lines by a panel of others, and fetch_early(k), then
/// fetch_late(k) ask for what the entries from k on need. A line belongs to one thread and its
/// entries come in order: neither tiles nor schedule change results.
template <class Visit, class Early, class Late>
void for_lines(const Lines& lines, Index bytes, const Visit& visit, const Early& fetch_early,
               const Late& fetch_late) {
  constexpr Index cached = 8 << 20, panel_bytes = 1 << 19, panel_min = 64;
  const bool tiled = lines.others() * bytes > cached;
  const Index panel = std::max(panel_bytes / std::max<Index>(bytes, 1), panel_min);
  const Index share = lines.count() / (8 * omp_get_max_threads());
  const Index block = tiled ? std::clamp<Index>(share, 64, 8192) : 64;
  const Index blocks = (lines.count() + block - 1) / block;
  // Lines differ in length by orders of magnitude in real data, hence a dynamic schedule.
#pragma omp parallel for schedule(dynamic, 1)
  for (Index b = 0; b < blocks; ++b) {
    const Index first = b * block, last = std::min(first + block, lines.count());
    if (tiled) {
      visit_block(lines, first, last, panel, visit, fetch_early, fetch_late);
    } else {
      for (Index i = first; i < last; ++i) visit(i, lines.begin(i), lines.begin(i + 1));
    }
  }
}

}  // namespace hadal
