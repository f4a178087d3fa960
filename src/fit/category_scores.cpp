#include "hadal/fit/category_scores.hpp"

#include <fmt/format.h>

#include <limits>

#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

/// what: of which there are `count`; most: of them times categories.
void require_room(const char* what, Index count, Index categories, Index most) {
  if (count > most / categories)
    throw DataError(fmt::format(
        "{0} {1} of {2} categories were given; expected at most {3} {1} times categories", count,
        what, categories, most));
}

constexpr Index entries_most = std::numeric_limits<std::uint32_t>::max();
constexpr Index columns_most = std::numeric_limits<std::int32_t>::max();

}  // namespace

Entries scores_of(const Entries& entries, const std::vector<std::int64_t>& categories) {
  const auto count = static_cast<Index>(categories.size());
  require_room("entries", entries.size(), count, entries_most);
  require_room("columns", entries.columns, count, columns_most);
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

TensorEntries score_positions(const TensorEntries& entries, Index categories) {
  require_room("entries", entries.size(), categories, entries_most);
  TensorEntries scores;
  scores.shape = entries.shape;
  scores.shape.push_back(categories);
  const auto count = static_cast<std::size_t>(categories);
  const auto repeat = [&](const auto& each, auto& repeated) {
    repeated.reserve(each.size() * count);
    for (const auto& value : each) repeated.insert(repeated.end(), count, value);
  };
  scores.value.assign(entries.value.size() * count, 0.0);
  repeat(entries.weight, scores.weight);
  if (entries.full()) return scores;
  scores.index.resize(scores.shape.size());
  for (std::size_t m = 0; m < entries.index.size(); ++m) repeat(entries.index[m], scores.index[m]);
  for (Index k = 0; k < entries.size(); ++k)
    for (Index c = 0; c < categories; ++c)
      scores.index.back().push_back(static_cast<std::int32_t>(c));
  return scores;
}

TensorEntries scores_of(const TensorEntries& entries, const std::vector<std::int64_t>& categories) {
  const auto count = static_cast<Index>(categories.size());
  TensorEntries scores = score_positions(entries, count);
  for (Index k = 0; k < entries.size(); ++k)
    scores.value[k * count + find_category(categories, entries.value[k])] = 1;
  return scores;
}

}  // namespace hadal
