#include "lines.hpp"

#include <algorithm>

namespace hadal::io {

bool Lines::next_or_comment() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    split(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    if (!words_.empty()) return true;
  }
  return false;
}

void Lines::split(std::string_view line) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  words_.clear();
  const char* const end = line.data() + line.size();
  for (const char* start = line.data();;) {
    start = std::find_if_not(start, end, is_blank);
    if (start == end) return;
    const char* const stop = std::find_if(start, end, is_blank);
    words_.emplace_back(start, static_cast<std::size_t>(stop - start));
    start = stop;
  }
}

}  // namespace hadal::io
