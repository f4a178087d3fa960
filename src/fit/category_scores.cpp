#include "hadal/fit/category_scores.hpp"

#include <fmt/format.h>

#include <limits>

#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

void require_size(const Entries& entries, Index categories) {
  constexpr auto columns_most = static_cast<Index>(std::numeric_limits<std::int32_t>::max());
  constexpr auto entries_most = static_cast<Index>(std::numeric_limits<std::uint32_t>::max());
  if (entries.columns > columns_most / categories || entries.size() > entries_most / categories)
    throw DataError(fmt::format(
        "{} columns and {} entries of {} categories were given; expected at most {} columns and {} "
        "entries times categories",
        entries.columns, entries.size(), categories, columns_most, entries_most));
}

}  // namespace

Entries scores_of(const Entries& entries, const std::vector<std::int64_t>& categories) {
  const auto count = static_cast<Index>(categories.size());
  require_size(entries, count);
  Entries scores;
  scores.rows = entries.rows;
  scores.columns = entries.columns * count;
  const auto size = static_cast<std::size_t>(entries.size() * count);
  scores.row.reserve(size);
  scores.column.reserve(size);
  scores.value.assign(size, 0.0);
  if (!entries.weight.empty()) scores.weight.reserve(size);
  for (Index k = 0; k < entries.size(); ++k) {
    for (Index c = 0; c < count; ++c) {
      scores.row.push_back(entries.row[k]);
      scores.column.push_back(static_cast<std::int32_t>(entries.column[k] * count + c));
      if (!entries.weight.empty()) scores.weight.push_back(entries.weight[k]);
    }
    scores.value[k * count + find_category(categories, entries.value[k])] = 1;
  }
  return scores;
}

}  // namespace hadal
