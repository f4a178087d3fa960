#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace hadal::io {

/// The records of a delimited text (RFC 4180 with any one-byte delimiter): fields may be quoted, a
/// quoted field may hold delimiters, doubled quotes and line ends; lines end with LF or CR LF;
/// blank lines are skipped and blanks around a field are dropped. With a space as delimiter, any
/// run of spaces and tabs separates.
class Records {
 public:
  /// `text` must come from `text_of`, and outlive this object.
  Records(const Source& text, char delimiter);

  /// Moves to the next record; false after the last. Throws DataError on a malformed quoted field.
  bool next();

  /// Of the current record; valid until the next call of `next`.
  const std::vector<std::string_view>& fields() const { return fields_; }
  /// On which the current record starts, counted from 1.
  Index line() const { return line_; }
  const Source& source() const { return source_; }

 private:
  bool is_blank(char c) const { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }
  bool is_delimiter(char c) const { return delimiter_ == ' ' ? is_blank(c) : c == delimiter_; }
  bool at_line_end() const;
  void skip_blanks();
  bool skip_blank_lines();
  void end_line();
  void read_plain_field();
  void read_quoted_field();

  Source source_;
  char delimiter_;
  const char* position_;
  const char* end_;
  std::array<bool, 256> may_end_field_;  ///< by byte: the scan of a field has to look closer
  Index line_ = 0;
  Index next_line_ = 1;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unescaped_;
};

/// The delimiter of the first line that is not blank: the most frequent of tab, semicolon and
/// comma outside quotes (the first of these on a tie), else a space where there is one, else comma.
char find_delimiter(const Source& text);

/// Upper bound on the number of records.
std::size_t count_lines(const Source& text);

}  // namespace hadal::io
