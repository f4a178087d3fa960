#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "delimited.hpp"
#include "hadal/error.hpp"
#include "labels.hpp"
#include "number.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

/// Where a triplet file keeps what: positions of fields, counted from 0.
struct Layout {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::size_t row = 0, column = 1, value = 2;
  std::size_t weight = none;
  std::size_t fields = 0;
  bool header = false;
};

void require_distinct(const Source& source, const Layout& layout) {
  if (layout.row != layout.column && layout.row != layout.value && layout.column != layout.value &&
      layout.weight != layout.row && layout.weight != layout.column &&
      layout.weight != layout.value) {
    return;
  }
  refuse(source, fmt::format("row field {}, column field {}, value field {}{}: expected different "
                             "fields",
                             layout.row + 1, layout.column + 1, layout.value + 1,
                             layout.weight == Layout::none
                                 ? ""
                                 : fmt::format(", weight field {}", layout.weight + 1)));
}

/// Whether `options` chooses a field by name, which only a header can resolve.
bool names_a_field(const ReadOptions& options) {
  return !is_position(options.row_field) || !is_position(options.column_field) ||
         !is_position(options.value_field) || !is_position(options.weight_field);
}

Layout find_layout(const Records& records, const ReadOptions& options) {
  const auto& first = records.fields();
  const Source& source = records.source();
  if (first.size() < 3) {
    refuse_line(
        source, records.line(),
        fmt::format("{} fields: expected at least a row, a column and a value", first.size()));
  }
  if (options.header == Header::no && names_a_field(options)) {
    throw ArgumentError("fields chosen by name in a file without a header: expected positions");
  }
  Layout layout;
  layout.fields = first.size();
  const auto choose = [&](std::size_t& position, const std::string& choice,
                          std::string_view option) {
    if (!choice.empty()) position = field_position(source, choice, option, first);
  };
  choose(layout.row, options.row_field, "row field");
  choose(layout.column, options.column_field, "column field");
  choose(layout.value, options.value_field, "value field");
  choose(layout.weight, options.weight_field, "weight field");
  require_distinct(source, layout);
  layout.header =
      options.header == Header::yes || (options.header == Header::automatic &&
                                        (names_a_field(options) || is_text(first[layout.value])));
  return layout;
}

double read_number(const Records& records, std::size_t field, std::string_view kind) {
  const Number number = parse_number(records.fields()[field]);
  if (number.kind == NumberKind::finite) return number.value;
  refuse_line(records.source(), records.line(),
              fmt::format("{} {} in field {}: expected a finite number", kind,
                          shown(records.fields()[field]), field + 1));
}

double read_weight(const Records& records, std::size_t field) {
  const double weight = read_number(records, field, "weight");
  if (weight > 0) return weight;
  refuse_line(records.source(), records.line(),
              fmt::format("weight {} in field {}: expected a number > 0",
                          shown(records.fields()[field]), field + 1));
}

std::int32_t number_of(Labels& labels, const Records& records, std::size_t field,
                       std::string_view kind) {
  const std::string_view label = records.fields()[field];
  const std::int32_t number = labels.index_of(label);
  if (labels.last_was_new()) {
    require_label(records, label, kind);
    if (labels.size() == std::numeric_limits<std::int32_t>::max()) {
      refuse_line(records.source(), records.line(), fmt::format("too many {}s", kind));
    }
  }
  return number;
}

void renumber(std::vector<std::int32_t>& numbers, const std::vector<std::int32_t>& rank) {
  for (auto& number : numbers) number = rank[static_cast<std::size_t>(number)];
}

/// The line of the k-th entry, found by reading the file once more.
Index line_of(const Source& text, char delimiter, bool header, Index position) {
  Records records(text, delimiter);
  for (Index k = header ? -1 : 0; k <= position; ++k) records.next();
  return records.line();
}

}  // namespace

MatrixData read_triplets(const Source& source, const ReadOptions& options) {
  const Source text = text_of(source);
  const char delimiter = delimiter_of(text, options);
  Records records(text, delimiter);
  records.next();
  const Layout layout = find_layout(records, options);

  MatrixData data;
  bool more = true;
  if (layout.header) {
    const auto name = [&](std::string& target, std::size_t field) {
      if (records.fields()[field].empty()) return;
      require_label(records, records.fields()[field], "header name");
      target = records.fields()[field];
    };
    name(data.row_name, layout.row);
    name(data.column_name, layout.column);
    name(data.value_name, layout.value);
    more = records.next();
  }

  Entries& entries = data.entries;
  const bool weighted = layout.weight != Layout::none;
  const std::size_t most = count_lines(text);
  require_size(text, 1, 1, weighted ? most + most / 2 : most);
  entries.row.reserve(most);
  entries.column.reserve(most);
  entries.value.reserve(most);
  if (weighted) entries.weight.reserve(most);

  Labels rows, columns;
  for (; more; more = records.next()) {
    require_fields(records, layout.fields);
    entries.value.push_back(read_number(records, layout.value, "value"));
    if (weighted) entries.weight.push_back(read_weight(records, layout.weight));
    entries.row.push_back(number_of(rows, records, layout.row, "row identifier"));
    entries.column.push_back(number_of(columns, records, layout.column, "column identifier"));
  }
  if (entries.value.empty()) refuse(text, "has a header and no entries: expected entries");

  std::vector<std::int32_t> rank;
  data.row_labels = rows.sorted(rank);
  renumber(entries.row, rank);
  data.column_labels = columns.sorted(rank);
  renumber(entries.column, rank);
  entries.rows = static_cast<Index>(data.row_labels.size());
  entries.columns = static_cast<Index>(data.column_labels.size());
  canonicalise(entries, options.duplicates, [&](Index position) {
    return fmt::format("{}, line {}", text.name, line_of(text, delimiter, layout.header, position));
  });
  return data;
}

}  // namespace hadal::io
