#include "labels.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace hadal::io {
namespace {

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

constexpr std::size_t not_short = std::numeric_limits<std::size_t>::max();

/// The number below a million that `text` spells without a leading zero, or `not_short`.
std::size_t short_number(std::string_view text) {
  if (text.empty() || text.size() > 6 || text[0] == '0' || !is_digits(text)) return not_short;
  std::size_t value = 0;
  for (const char c : text) value = 10 * value + static_cast<std::size_t>(c - '0');
  return value;
}

/// Orders strings of digits by their value, however many digits they have; equal values ("7" and
/// "007") by their length.
bool less_by_value(std::string_view a, std::string_view b) {
  const auto significant = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  const std::string_view left = significant(a), right = significant(b);
  return std::tuple(left.size(), left, a.size()) < std::tuple(right.size(), right, b.size());
}

}  // namespace

std::int32_t Labels::index_of(std::string_view label) {
  last_was_new_ = false;
  if (last_ != nullptr && last_->first == label) return last_->second;
  const std::size_t number = short_number(label);
  if (number < by_number_.size() && by_number_[number] >= 0) return by_number_[number];
  auto found = index_.find(label);
  if (found == index_.end()) {
    found = index_.emplace(label, static_cast<std::int32_t>(index_.size())).first;
    last_was_new_ = true;
    remember(number, found->second);
  }
  last_ = &*found;
  return found->second;
}

void Labels::remember(std::size_t number, std::int32_t index) {
  if (number == not_short) return;
  if (number >= by_number_.size())
    by_number_.resize(std::max(number + 1, 2 * by_number_.size()), -1);
  by_number_[number] = index;
}

std::vector<std::string> Labels::sorted(std::vector<std::int32_t>& rank) const {
  std::vector<const Map::value_type*> order;
  order.reserve(index_.size());
  bool numeric = true;
  for (const auto& entry : index_) {
    order.push_back(&entry);
    numeric = numeric && is_digits(entry.first);
  }
  std::sort(order.begin(), order.end(), [numeric](const auto* a, const auto* b) {
    return numeric ? less_by_value(a->first, b->first) : a->first < b->first;
  });
  rank.resize(order.size());
  std::vector<std::string> labels;
  labels.reserve(order.size());
  for (const auto* entry : order) {
    rank[static_cast<std::size_t>(entry->second)] = static_cast<std::int32_t>(labels.size());
    labels.push_back(entry->first);
  }
  return labels;
}

}  // namespace hadal::io
