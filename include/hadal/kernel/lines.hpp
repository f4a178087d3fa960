#pragma once

#include <cstdint>
#include <vector>

#include "hadal/kernel/visits.hpp"

namespace hadal {

/// A list of the entries line by line, a line being a row or a column: line i has the entries
/// [begin(i), end(i)), with increasing indices `other` on the other side. 4 bytes an entry.
class Lines {
 public:
  /// each(at, k): the entry k of the pattern, in its order, is number `at` of the list. Called by
  /// many threads. Precondition: the pattern is not full().
  template <class Each>
  Lines(const ObservedPattern& pattern, bool by_row, const Each& each)
      : start_(starts(pattern, by_row)), other_(pattern.observed()) {
    std::vector<Index> next(start_.begin(), start_.end() - 1);
    if (by_row) {
      for_each_by_row(pattern, [&](Index k, Index i, Index j) { add(next[i]++, j, k, each); });
    } else {
      for_each_by_column(pattern, [&](Index k, Index i, Index j) { add(next[j]++, i, k, each); });
    }
  }

  Index count() const { return static_cast<Index>(start_.size()) - 1; }
  Index begin(Index line) const { return start_[line]; }
  Index end(Index line) const { return start_[line + 1]; }
  Index size(Index line) const { return end(line) - begin(line); }
  const std::int32_t* other() const { return other_.data(); }

 private:
  static std::vector<Index> starts(const ObservedPattern& pattern, bool by_row);
  template <class Each>
  void add(Index at, Index other, Index k, const Each& each) {
    other_[at] = static_cast<std::int32_t>(other);
    each(at, k);
  }

  std::vector<Index> start_;
  std::vector<std::int32_t> other_;
};

}  // namespace hadal
