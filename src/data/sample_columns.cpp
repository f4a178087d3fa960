#include "sample_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "delimited.hpp"
#include "number.hpp"
#include "sample_fields.hpp"

namespace hadal::io {
namespace {

constexpr std::size_t most_categories = 1000;

void add_field(ColumnSummary& column, long double& sum, Index& numbers, std::string_view field,
               Index line) {
  if (is_missing(field)) return;
  ++column.present;
  const Number number = parse_number(field);
  if (number.kind == NumberKind::finite) {
    sum += number.value;
    ++numbers;
  } else if (number.kind == NumberKind::text && column.text_line == 0) {
    column.text_line = line;
    column.text = shown(field);
  }
}

/// A column's categories so far.
using Categories = std::set<std::string, std::less<>>;

void add_category(Categories& categories, const Records& records, std::string_view field,
                  const std::string& name, const ColumnSummary& column) {
  if (is_missing(field) || categories.contains(field)) return;
  require_label(records, field, "category");
  if (categories.size() == most_categories) {
    refuse_line(records.source(), records.line(),
                fmt::format("column {} holds text ({} on line {}) and {} is its category {}: "
                            "expected numbers, or at most {} categories",
                            shown(name), column.text, column.text_line, shown(field),
                            most_categories + 1, most_categories));
  }
  categories.emplace(field);
}

}  // namespace

void skip_header(Records& records, const SampleTableLayout& layout) {
  if (layout.header) records.next();
}

TableSummary summarise(const Source& text, const SampleTableLayout& layout) {
  TableSummary summary;
  summary.columns.resize(layout.fields);
  std::vector<long double> sums(layout.fields, 0);  // whose range the numbers cannot exceed
  std::vector<Index> numbers(layout.fields, 0);
  Records records(text, layout.delimiter);
  skip_header(records, layout);
  for (; records.next(); ++summary.samples) {
    require_fields(records, layout.fields);
    for (std::size_t k = 0; k < layout.fields; ++k)
      add_field(summary.columns[k], sums[k], numbers[k], records.fields()[k], records.line());
  }
  if (summary.samples == 0) refuse(text, "has a header and no samples: expected samples");
  for (std::size_t k = 0; k < layout.fields; ++k) {
    if (numbers[k] > 0)
      summary.columns[k].mean = static_cast<double>(sums[k] / static_cast<long double>(numbers[k]));
  }
  return summary;
}

InputEncoding find_encoding(const Source& text, const SampleTableLayout& layout,
                            const TableSummary& summary, Missing missing) {
  InputEncoding encoding;
  std::vector<std::size_t> with_text;
  for (const std::size_t field : layout.inputs) {
    const ColumnSummary& column = summary.columns[field];
    if (column.text_line > 0) with_text.push_back(field);
    if (column.present == 0 && missing == Missing::mean) {
      refuse(text, fmt::format("column {} is missing in all {} samples: expected a value in one "
                               "at least",
                               shown(layout.names[field]), summary.samples));
    }
    const double fill = column.text_line > 0 ? 0 : column.mean;
    encoding.columns.push_back(
        {layout.names[field],
         {},
         missing == Missing::mean ? fill : std::numeric_limits<double>::quiet_NaN()});
  }
  if (with_text.empty()) return encoding;
  std::vector<Categories> categories(layout.fields);
  Records records(text, layout.delimiter);
  skip_header(records, layout);
  while (records.next()) {
    for (const std::size_t field : with_text) {
      add_category(categories[field], records, records.fields()[field], layout.names[field],
                   summary.columns[field]);
    }
  }
  for (std::size_t k = 0; k < layout.inputs.size(); ++k) {
    const Categories& found = categories[layout.inputs[k]];
    encoding.columns[k].categories.assign(found.begin(), found.end());
  }
  return encoding;
}

}  // namespace hadal::io
