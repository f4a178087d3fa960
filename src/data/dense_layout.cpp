#include "dense_layout.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "delimited.hpp"
#include "hadal/error.hpp"
#include "number.hpp"

namespace hadal::io {
namespace {

using Fields = std::vector<std::string_view>;

/// ",0,1,2" and ",1,2,3": the header of a table whose columns are numbered.
bool is_blank_then_counts_up(const Fields& fields) {
  if (fields.size() < 3 || !fields[0].empty() || (fields[1] != "0" && fields[1] != "1")) {
    return false;
  }
  const std::size_t base = fields[1] == "0" ? 0 : 1;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    if (fields[i] != std::to_string(base + i - 1)) return false;
  }
  return true;
}

/// "user,31,1029,1061" : text, then rising whole numbers, which may number columns.
bool is_text_then_rising(const Fields& fields) {
  if (fields.size() < 3 || !is_text(fields[0])) return false;
  double last = -1;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const double value = parse_number(fields[i]).value;
    if (fields[i].empty() || !is_position(fields[i]) || value <= last) return false;
    last = value;
  }
  return true;
}

/// What the rule asks about the first two records.
struct FirstLines {
  std::size_t fields = 0;        ///< of the first line
  std::size_t fields_below = 0;  ///< of the second line; 0 where there is none
  bool blank_corner = false;     ///< the first line's first cell is blank
  bool text_corner = false;      ///< ... is text
  bool text_beyond = false;      ///< the first line holds text after its first cell
  bool text_below = false;       ///< the second line's first cell is text
  bool counts_up = false;
  bool rising = false;

  bool is_short() const { return fields_below > 1 && fields + 1 == fields_below; }
};

FirstLines read_first_lines(Records& records) {
  FirstLines lines;
  records.next();
  const Fields& first = records.fields();
  lines.fields = first.size();
  lines.blank_corner = first[0].empty();
  lines.text_corner = is_text(first[0]);
  lines.text_beyond = std::any_of(first.begin() + 1, first.end(), is_text);
  lines.counts_up = is_blank_then_counts_up(first);
  lines.rising = is_text_then_rising(first);
  if (records.next()) {
    lines.fields_below = records.fields().size();
    lines.text_below = is_text(records.fields()[0]);
  }
  return lines;
}

bool has_header(const Source& text, const FirstLines& lines, const ReadOptions& options) {
  if (options.header != Header::automatic) return options.header == Header::yes;
  if (!is_position(options.row_field)) return true;
  if (lines.is_short() || lines.text_beyond || lines.counts_up) return true;
  if (lines.rising && lines.text_below) {
    refuse(text,
           "the first line may be a header with numbered columns or a row with a label: set "
           "header to yes or no");
  }
  // Text in the first cell alone is a row label where the next line has one as well.
  return lines.text_corner && lines.fields_below > 0 && (!lines.text_below || lines.fields == 1);
}

bool has_labels(const FirstLines& lines, bool header) {
  if (!header) return lines.fields > 1 && lines.text_corner;
  if (lines.is_short()) return true;
  return lines.fields > 1 &&
         (lines.blank_corner || lines.text_below || (lines.text_corner && !lines.text_beyond));
}

}  // namespace

DenseLayout find_dense_layout(const Source& text, const ReadOptions& options) {
  if (options.header == Header::no && !is_position(options.row_field)) {
    throw ArgumentError("row field chosen by name in a file without a header: expected a position");
  }
  const char delimiter = delimiter_of(text, options);
  Records records(text, delimiter);
  const FirstLines lines = read_first_lines(records);
  DenseLayout layout;
  layout.header = has_header(text, lines, options);
  layout.fields = layout.header && lines.is_short() ? lines.fields_below : lines.fields;
  if (!options.row_field.empty()) {
    Records first(text, delimiter);
    first.next();
    layout.label_field = field_position(text, options.row_field, "row field", first.fields());
  } else if (has_labels(lines, layout.header)) {
    layout.label_field = 0;
  }
  return layout;
}

}  // namespace hadal::io
