#include "hadal/kernel/lines.hpp"

namespace hadal {

std::vector<Index> Lines::starts(const ObservedPattern& pattern, bool by_row) {
  std::vector<Index> start{0};
  for (Index i = 0; i < (by_row ? pattern.rows() : pattern.columns()); ++i)
    start.push_back(start.back() + (by_row ? pattern.row_count(i) : pattern.column_count(i)));
  return start;
}

}  // namespace hadal
