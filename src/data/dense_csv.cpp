#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "delimited.hpp"
#include "dense_layout.hpp"
#include "number.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

void append_row(Entries& entries, const Records& records, std::optional<std::size_t> label_field) {
  std::int32_t column = 0;
  for (std::size_t field = 0; field < records.fields().size(); ++field) {
    if (field == label_field) continue;
    const std::string_view text = records.fields()[field];
    const Number number = parse_number(text);
    if (number.kind == NumberKind::finite) {
      entries.row.push_back(static_cast<std::int32_t>(entries.rows));
      entries.column.push_back(column);
      entries.value.push_back(number.value);
    } else if (number.kind != NumberKind::missing) {
      refuse_line(records.source(), records.line(),
                  fmt::format("value {} in field {}: expected a finite number, or a missing value "
                              "(blank, NaN or NA)",
                              shown(text), field + 1));
    }
    ++column;
  }
  ++entries.rows;
}

void read_header(MatrixData& data, const Records& records, const DenseLayout& layout) {
  // In R's form the header has no field above the row labels.
  const bool has_corner = records.fields().size() == layout.fields;
  for (std::size_t field = 0; field < records.fields().size(); ++field) {
    const std::string_view name = records.fields()[field];
    if (has_corner && field == layout.label_field) {
      if (name.empty()) continue;
      require_label(records, name, "header name");
      data.row_name = name;
    } else {
      require_label(records, name, "column name");
      data.column_labels.emplace_back(name);
    }
  }
}

}  // namespace

MatrixData read_dense_csv(const Source& source, const ReadOptions& options) {
  const Source text = text_of(source);
  const DenseLayout layout = find_dense_layout(text, options);
  Records records(text, delimiter_of(text, options));
  records.next();

  MatrixData data;
  bool more = true;
  if (layout.header) {
    read_header(data, records, layout);
    more = records.next();
  }

  Entries& entries = data.entries;
  const std::size_t columns = layout.fields - (layout.label_field ? 1 : 0);
  const std::size_t most_rows = count_lines(text);
  // A cell that holds a number takes at least two bytes.
  const std::size_t most = std::min(most_rows * columns, text.bytes.size() / 2 + 1);
  require_size(text, most_rows, columns, most);
  entries.columns = static_cast<Index>(columns);
  entries.row.reserve(most);
  entries.column.reserve(most);
  entries.value.reserve(most);

  for (; more; more = records.next()) {
    require_fields(records, layout.fields);
    if (layout.label_field) {
      const std::string_view label = records.fields()[*layout.label_field];
      require_label(records, label, "row label");
      data.row_labels.emplace_back(label);
    }
    append_row(entries, records, layout.label_field);
  }
  if (entries.rows == 0) refuse(text, "has a header and no rows: expected rows of numbers");
  return data;
}

}  // namespace hadal::io
