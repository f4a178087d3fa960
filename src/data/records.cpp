#include "records.hpp"

#include <algorithm>
#include <array>

namespace hadal::io {

Records::Records(const Source& text, char delimiter)
    : source_(text),
      delimiter_(delimiter),
      position_(text.bytes.data()),
      end_(text.bytes.data() + text.bytes.size()) {
  for (std::size_t code = 0; code < may_end_field_.size(); ++code) {
    const char c = static_cast<char>(code);
    may_end_field_[code] = c == '\r' || c == '\n' || is_delimiter(c);
  }
}

bool Records::at_line_end() const {
  if (position_ == end_ || *position_ == '\n') return true;
  return *position_ == '\r' && (position_ + 1 == end_ || position_[1] == '\n');
}

void Records::skip_blanks() {
  while (position_ != end_ && is_blank(*position_)) ++position_;
}

void Records::end_line() {
  if (position_ != end_ && *position_ == '\r') ++position_;
  if (position_ != end_) ++position_;
  ++next_line_;
}

bool Records::skip_blank_lines() {
  while (position_ != end_) {
    const char* start = position_;
    skip_blanks();
    if (!at_line_end()) {
      position_ = start;
      return true;
    }
    end_line();
  }
  return false;
}

bool Records::next() {
  fields_.clear();
  unescaped_.clear();
  if (!skip_blank_lines()) return false;
  line_ = next_line_;
  for (;;) {
    skip_blanks();
    if (delimiter_ == ' ' && at_line_end()) break;
    if (position_ != end_ && *position_ == '"') {
      read_quoted_field();
    } else {
      read_plain_field();
    }
    if (at_line_end()) break;
    ++position_;
  }
  end_line();
  return true;
}

void Records::read_plain_field() {
  const char* start = position_;
  for (;; ++position_) {
    while (position_ != end_ && !may_end_field_[static_cast<unsigned char>(*position_)])
      ++position_;
    if (at_line_end() || is_delimiter(*position_)) break;
  }
  const char* stop = position_;
  while (stop != start && is_blank(stop[-1])) --stop;
  fields_.emplace_back(start, static_cast<std::size_t>(stop - start));
}

void Records::read_quoted_field() {
  const char* start = ++position_;
  std::string* copy = nullptr;
  for (;; ++position_) {
    if (position_ == end_) refuse_line(source_, line_, "a quoted field does not end");
    if (*position_ == '\n') ++next_line_;
    if (*position_ != '"') continue;
    const std::string_view piece(start, static_cast<std::size_t>(position_ - start));
    const bool doubled = position_ + 1 != end_ && position_[1] == '"';
    if (copy != nullptr) copy->append(piece);
    if (!doubled) {
      fields_.push_back(copy != nullptr ? std::string_view(*copy) : piece);
      break;
    }
    if (copy == nullptr) copy = &unescaped_.emplace_back(piece);
    copy->push_back('"');
    start = ++position_ + 1;
  }
  ++position_;
  if (delimiter_ != ' ') skip_blanks();
  if (at_line_end() || is_delimiter(*position_)) return;
  refuse_line(source_, line_,
              shown(fields_.back()) + " is followed by " + shown(std::string_view(position_, 1)) +
                  ": expected the delimiter or the line's end after a quoted field");
}

char find_delimiter(const Source& text) {
  constexpr std::array<char, 4> candidates = {'\t', ';', ',', ' '};
  std::array<std::size_t, 4> counts{};
  const std::size_t first = text.bytes.find_first_not_of("\r\n");
  bool quoted = false;
  bool started = false;
  for (const char c : text.bytes.substr(std::min(first, text.bytes.size()))) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' && started) break;
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') started = true;
    const auto found = std::find(candidates.begin(), candidates.end(), c);
    if (found != candidates.end()) ++counts[static_cast<std::size_t>(found - candidates.begin())];
  }
  const auto best = std::max_element(counts.begin(), counts.begin() + 3);
  if (*best > 0) return candidates[static_cast<std::size_t>(best - counts.begin())];
  return counts[3] > 0 ? ' ' : ',';
}

std::size_t count_lines(const Source& text) {
  return static_cast<std::size_t>(std::count(text.bytes.begin(), text.bytes.end(), '\n')) + 1;
}

}  // namespace hadal::io
