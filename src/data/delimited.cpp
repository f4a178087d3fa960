#include "delimited.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "hadal/error.hpp"

namespace hadal::io {

char delimiter_of(const Source& text, const ReadOptions& options) {
  const char delimiter = options.delimiter;
  if (delimiter == '\0') return find_delimiter(text);
  const auto code = static_cast<unsigned char>(delimiter);
  if (delimiter != '\t' && (code < 0x20 || code > 0x7E || delimiter == '"')) {
    throw ArgumentError(fmt::format(
        "delimiter with code {}: expected a tab or a printable ASCII character other than a quote",
        static_cast<int>(code)));
  }
  return delimiter;
}

bool is_position(std::string_view choice) {
  return std::all_of(choice.begin(), choice.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t field_position(const Source& source, const std::string& choice, std::string_view option,
                           const std::vector<std::string_view>& first_record) {
  if (is_position(choice)) {
    std::size_t position = 0;
    std::from_chars(choice.data(), choice.data() + choice.size(), position);
    if (position >= 1 && position <= first_record.size()) return position - 1;
    refuse(source, fmt::format("{} {}: expected a position from 1 to {}", option, shown(choice),
                               first_record.size()));
  }
  const auto found = std::find(first_record.begin(), first_record.end(), choice);
  if (found == first_record.end()) {
    std::string names;
    for (const auto name : first_record) {
      names += (names.empty() ? "" : ", ") + shown(name);
      if (names.size() > 400) {
        names += ", ...";
        break;
      }
    }
    refuse(source, fmt::format("{} {}: the header has no such name; it has {}", option,
                               shown(choice), names));
  }
  if (std::find(found + 1, first_record.end(), choice) != first_record.end()) {
    refuse(source, fmt::format("{} {}: the header has this name more than once; expected a "
                               "position, counted from 1",
                               option, shown(choice)));
  }
  return static_cast<std::size_t>(found - first_record.begin());
}

void require_label(const Records& records, std::string_view label, std::string_view kind) {
  if (label.empty()) {
    refuse_line(records.source(), records.line(), fmt::format("a blank {}: expected a name", kind));
  }
  if (!is_utf8(label)) {
    refuse_line(records.source(), records.line(),
                fmt::format("{} {} is not valid UTF-8", kind, shown(label)));
  }
}

void require_fields(const Records& records, std::size_t expected) {
  if (records.fields().size() == expected) return;
  refuse_line(records.source(), records.line(),
              fmt::format("{} fields: expected {}, as on the first line", records.fields().size(),
                          expected));
}

}  // namespace hadal::io
