#pragma once

#include <string_view>
#include <vector>

#include "source.hpp"

namespace hadal::io {

/// The lines of a text as words, which are separated by spaces and tabs. Blank lines are skipped,
/// and so are comments: lines whose first word starts with a given character.
class Lines {
 public:
  /// `text` must come from `text_of`, and outlive this object.
  Lines(const Source& text, char comment) : text_(text), rest_(text.bytes), comment_(comment) {}

  /// Moves to the next line; false after the last.
  bool next() {
    while (next_or_comment()) {
      if (!words_[0].starts_with(comment_)) return true;
    }
    return false;
  }
  bool next_or_comment();

  const std::vector<std::string_view>& words() const { return words_; }
  /// Of the current line, counted from 1.
  Index number() const { return number_; }
  const Source& text() const { return text_; }

  [[noreturn]] void refuse(std::string_view message) const { refuse_line(text_, number_, message); }

 private:
  void split(std::string_view line);

  Source text_;
  std::string_view rest_;
  char comment_;
  Index number_ = 0;
  std::vector<std::string_view> words_;
};

}  // namespace hadal::io
