#include "hadal/data/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "delimited.hpp"
#include "number.hpp"
#include "readers.hpp"

namespace hadal {
namespace {

using Record = std::vector<std::string_view>;

struct Layout {
  std::size_t row = 0, column = 1;
  std::optional<std::size_t> value;
  bool header = false;
};

std::optional<std::size_t> find_name(const Record& record, const std::string& name) {
  const auto found = std::find(record.begin(), record.end(), name);
  if (found == record.end()) return std::nullopt;
  return static_cast<std::size_t>(found - record.begin());
}

/// The value field that was chosen, where the file has it: pairs need no values.
std::optional<std::size_t> chosen_value(const Record& first, const std::string& choice) {
  if (!io::is_position(choice)) return find_name(first, choice);
  const std::size_t position = choice.empty() ? 3 : std::stoul(choice);
  if (position == 0 || position > first.size()) return std::nullopt;
  return position - 1;
}

Layout chosen_layout(const io::Source& source, const Record& first, const ReadOptions& options) {
  Layout layout;
  if (!options.row_field.empty()) {
    layout.row = io::field_position(source, options.row_field, "row field", first);
  }
  if (!options.column_field.empty()) {
    layout.column = io::field_position(source, options.column_field, "column field", first);
  }
  layout.value = chosen_value(first, options.value_field);
  layout.header = !io::is_position(options.row_field) || !io::is_position(options.column_field);
  return layout;
}

Layout find_layout(const io::Records& records, const ReadOptions& options, const PairNames& names) {
  const Record& first = records.fields();
  if (first.size() < 2) {
    io::refuse_line(records.source(), records.line(),
                    fmt::format("{} field: expected at least a row and a column", first.size()));
  }
  Layout layout = chosen_layout(records.source(), first, options);
  const bool chosen = !options.row_field.empty() || !options.column_field.empty();
  const auto row = find_name(first, names.row), column = find_name(first, names.column);
  if (!chosen && options.header != Header::no && row && column) {
    layout = {*row, *column, find_name(first, names.value), true};
  }
  const bool text_value = layout.value && io::is_text(first[*layout.value]);
  layout.header = options.header == Header::yes ||
                  (options.header == Header::automatic && (layout.header || text_value));
  return layout;
}

double read_value(const io::Records& records, std::size_t field) {
  const io::Number number = io::parse_number(records.fields()[field]);
  if (number.kind == io::NumberKind::finite) return number.value;
  if (number.kind == io::NumberKind::missing) return std::numeric_limits<double>::quiet_NaN();
  io::refuse_line(records.source(), records.line(),
                  fmt::format("value {} in field {}: expected a finite number or a blank",
                              io::shown(records.fields()[field]), field + 1));
}

}  // namespace

Pairs io::read_pairs(const Source& source, const ReadOptions& options, const PairNames& names) {
  const io::Source text = io::text_of(source);
  io::Records records(text, io::delimiter_of(text, options));
  bool more = records.next();
  const Layout layout = find_layout(records, options, names);
  const std::size_t fields = records.fields().size();

  Pairs pairs;
  if (layout.header) {
    pairs.row_name = records.fields()[layout.row];
    pairs.column_name = records.fields()[layout.column];
    if (layout.value) pairs.value_name = records.fields()[*layout.value];
    more = records.next();
  }
  for (; more; more = records.next()) {
    io::require_fields(records, fields);
    io::require_label(records, records.fields()[layout.row], "row identifier");
    io::require_label(records, records.fields()[layout.column], "column identifier");
    pairs.row.emplace_back(records.fields()[layout.row]);
    pairs.column.emplace_back(records.fields()[layout.column]);
    if (layout.value) pairs.value.push_back(read_value(records, *layout.value));
  }
  if (pairs.row.empty()) io::refuse(text, "has a header and no pairs: expected pairs");
  return pairs;
}

Pairs read_pairs(const std::filesystem::path& path, const ReadOptions& options,
                 const PairNames& names) {
  const io::FileBytes file(path);
  return io::read_pairs(file.source(), options, names);
}

}  // namespace hadal
