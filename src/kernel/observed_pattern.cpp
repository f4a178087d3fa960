#include "hadal/kernel/observed_pattern.hpp"

#include <algorithm>
#include <limits>

#include "hadal/error.hpp"

namespace hadal {

ObservedPattern::ObservedPattern(const Entries& entries, const Tiling& tiling)
    : rows_(entries.rows), columns_(entries.columns), observed_(entries.size()) {
  if (observed_ > static_cast<Index>(std::numeric_limits<std::uint32_t>::max())) {
    throw ArgumentError("a matrix with " + std::to_string(observed_) +
                        " observed entries was given; at most 4294967295 are supported");
  }
  full_ = observed_ == rows_ * columns_ && observed_ > 0;
  if (full_) return;

  row_start_.assign(rows_ + 1, 0);
  column_start_.assign(columns_ + 1, 0);
  for (Index k = 0; k < observed_; ++k) {
    ++row_start_[entries.row[k] + 1];
    ++column_start_[entries.column[k] + 1];
  }
  for (Index i = 0; i < rows_; ++i) row_start_[i + 1] += row_start_[i];
  for (Index j = 0; j < columns_; ++j) column_start_[j + 1] += column_start_[j];
  if (observed_ >= std::max<Index>(tiling.entries_min, 1)) {
    tiles_ = Tiles(entries, tiling);
  } else {
    list_by_row_and_column(entries);
  }
}

void ObservedPattern::list_by_row_and_column(const Entries& entries) {
  column_ = entries.column;
  row_.resize(observed_);
  position_.resize(observed_);
  std::vector<Index> next(column_start_.begin(), column_start_.end() - 1);
  for (Index k = 0; k < observed_; ++k) {
    const Index at = next[entries.column[k]]++;
    row_[at] = entries.row[k];
    position_[at] = static_cast<std::uint32_t>(k);
  }
}

Vector ObservedPattern::arranged(const Entries& entries, Vector values) const {
  if (!tiled() || values.size() == 0) return values;
  return tiles_.arranged(entries, values);
}

}  // namespace hadal
