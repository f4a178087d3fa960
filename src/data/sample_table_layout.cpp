#include "sample_table_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "delimited.hpp"
#include "hadal/error.hpp"
#include "number.hpp"
#include "sample_fields.hpp"

namespace hadal::io {
namespace {

using Fields = std::vector<std::string_view>;

/// The names or positions in `target_field`, which commas separate.
std::vector<std::string> target_choices(const SampleReadOptions& options) {
  std::vector<std::string> choices;
  const std::string& text = options.target_field;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    choices.push_back(text.substr(start, comma - start));
    if (choices.back().empty() || comma + 1 == text.size()) {
      throw ArgumentError(fmt::format(
          "target field {}: expected names or positions, separated by commas", shown(text)));
    }
    start = comma + 1;
  }
  return choices;
}

bool names_a_field(const SampleReadOptions& options) {
  const std::vector<std::string> choices = target_choices(options);
  return !is_position(options.weight_field) ||
         !std::all_of(choices.begin(), choices.end(),
                      [](const auto& choice) { return is_position(choice); });
}

/// A column that is text on the first line and numbers below has a name; where no column is and the
/// first line holds a number, it is a sample.
bool looks_like_header(const Source& text, char delimiter) {
  constexpr int sample = 100;
  Records records(text, delimiter);
  records.next();
  std::vector<bool> text_above;
  bool number_above = false;
  for (const std::string_view field : records.fields()) {
    text_above.push_back(is_category(field));
    number_above = number_above || parse_number(field).kind == NumberKind::finite;
  }
  std::vector<bool> text_below(text_above.size(), false), number_below = text_below;
  int lines_below = 0;
  for (; lines_below < sample && records.next(); ++lines_below) {
    for (std::size_t k = 0; k < std::min(records.fields().size(), text_above.size()); ++k) {
      const std::string_view field = records.fields()[k];
      if (is_category(field)) text_below[k] = true;
      if (parse_number(field).kind == NumberKind::finite) number_below[k] = true;
    }
  }
  for (std::size_t k = 0; k < text_above.size(); ++k) {
    if (text_above[k] && number_below[k] && !text_below[k]) return true;
  }
  if (number_above) return false;
  if (lines_below == 0) return true;
  refuse(text, "the first line may be a header or a sample: set header to yes or no");
}

bool holds_names_of(const Fields& first, const InputEncoding& encoding) {
  return std::all_of(encoding.columns.begin(), encoding.columns.end(), [&](const auto& column) {
    return std::find(first.begin(), first.end(), column.name) != first.end();
  });
}

bool has_header(const Source& text, char delimiter, const Fields& first,
                const SampleReadOptions& options, const SampleData* like) {
  if (options.header == Header::no && like == nullptr && names_a_field(options))
    throw ArgumentError("fields chosen by name in a file without a header: expected positions");
  if (options.header != Header::automatic) return options.header == Header::yes;
  if (like != nullptr ? holds_names_of(first, like->encoding) : names_a_field(options)) return true;
  return looks_like_header(text, delimiter);
}

void name_fields(SampleTableLayout& layout, const Records& records) {
  std::map<std::string_view, std::size_t> known;
  for (std::size_t k = 0; k < layout.fields; ++k) {
    const std::string_view name = records.fields()[k];
    layout.names.push_back(layout.header ? std::string(name) : fmt::format("column {}", k + 1));
    if (!layout.header || name.empty()) continue;
    if (const auto [other, is_new] = known.emplace(name, k); !is_new) {
      refuse_line(records.source(), records.line(),
                  fmt::format("the fields {} and {} are both called {}: expected different names",
                              other->second + 1, k + 1, shown(name)));
    }
  }
}

bool is_target(const SampleTableLayout& layout, std::size_t field) {
  return std::find(layout.targets.begin(), layout.targets.end(), field) != layout.targets.end();
}

/// Targets and weight by the options, as inputs whatever is left.
void choose_fields(SampleTableLayout& layout, const Records& records,
                   const SampleReadOptions& options) {
  const Fields& first = records.fields();
  for (const std::string& choice : target_choices(options)) {
    const std::size_t field = field_position(records.source(), choice, "target field", first);
    if (is_target(layout, field)) {
      refuse(records.source(), fmt::format("target field {}: the field {} is given twice",
                                           shown(options.target_field), field + 1));
    }
    layout.targets.push_back(field);
  }
  if (layout.targets.empty()) layout.targets.push_back(layout.fields - 1);
  if (!options.weight_field.empty()) {
    layout.weight = field_position(records.source(), options.weight_field, "weight field", first);
    if (is_target(layout, *layout.weight)) {
      refuse(records.source(), fmt::format("weight field {}: it is a target as well; expected "
                                           "different fields",
                                           shown(options.weight_field)));
    }
  }
  for (std::size_t k = 0; k < layout.fields; ++k) {
    if (!is_target(layout, k) && layout.weight != k) layout.inputs.push_back(k);
  }
  if (layout.inputs.empty()) {
    refuse_line(records.source(), records.line(),
                fmt::format("{} fields: expected at least an input and a target", layout.fields));
  }
}

std::optional<std::size_t> find_name(const SampleTableLayout& layout, const std::string& name) {
  const auto found = std::find(layout.names.begin(), layout.names.end(), name);
  if (found == layout.names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - layout.names.begin());
}

/// Of these targets, the positions; nothing where one is not there.
std::vector<std::size_t> find_targets(const SampleTableLayout& layout,
                                      const std::vector<std::string>& names) {
  std::vector<std::size_t> targets;
  for (const std::string& name : names) {
    const auto field = find_name(layout, name);
    if (!field) return {};
    targets.push_back(*field);
  }
  return targets;
}

/// A position is that of a weight only in a table that holds what the model was fitted to.
std::optional<std::size_t> find_weight(const SampleTableLayout& layout, const std::string& choice) {
  if (choice.empty()) return std::nullopt;
  if (!is_position(choice)) return find_name(layout, choice);
  const std::size_t others = layout.inputs.size() + layout.targets.size();
  if (layout.targets.empty() || layout.fields != others + 1) return std::nullopt;
  std::vector<bool> taken(layout.fields, false);
  for (const std::size_t field : layout.inputs) taken[field] = true;
  for (const std::size_t field : layout.targets) taken[field] = true;
  const auto left = std::find(taken.begin(), taken.end(), false);
  const auto field = static_cast<std::size_t>(left - taken.begin());
  return std::to_string(field + 1) == choice ? std::optional(field) : std::nullopt;
}

void match_names(SampleTableLayout& layout, const Records& records,
                 const SampleReadOptions& options, const SampleData& like) {
  for (const InputColumn& column : like.encoding.columns) {
    const auto field = find_name(layout, column.name);
    if (!field) {
      refuse_line(records.source(), records.line(),
                  fmt::format("no column {}: expected it, as the model has it among its {}",
                              shown(column.name), like.encoding.columns.size()));
    }
    layout.inputs.push_back(*field);
  }
  layout.targets = find_targets(layout, like.target_names);
  layout.weight = find_weight(layout, options.weight_field);
}

/// Without a header: the inputs alone, or everything that the samples of the model had.
void match_positions(SampleTableLayout& layout, const Records& records,
                     const SampleReadOptions& options, const SampleData& like) {
  const std::size_t columns = like.encoding.columns.size();
  if (layout.fields == columns) {
    for (std::size_t k = 0; k < columns; ++k) layout.inputs.push_back(k);
    return;
  }
  if (names_a_field(options)) {
    refuse_line(records.source(), records.line(),
                fmt::format("{} fields without a header: expected {}, one for each column of the "
                            "model, as its other fields were chosen by name",
                            layout.fields, columns));
  }
  choose_fields(layout, records, options);
  if (layout.inputs.size() == columns) return;
  refuse_line(records.source(), records.line(),
              fmt::format("{} fields without a header: expected {}, one for each column of the "
                          "model, or {} with what the model was fitted to",
                          layout.fields, columns, columns + layout.fields - layout.inputs.size()));
}

}  // namespace

SampleTableLayout find_sample_layout(const Source& text, const SampleReadOptions& options,
                                     const SampleData* like) {
  ReadOptions delimited;
  delimited.delimiter = options.delimiter;
  SampleTableLayout layout;
  layout.delimiter = delimiter_of(text, delimited);
  Records records(text, layout.delimiter);
  records.next();
  layout.fields = records.fields().size();
  layout.header = has_header(text, layout.delimiter, records.fields(), options, like);
  name_fields(layout, records);
  if (like == nullptr) {
    choose_fields(layout, records, options);
  } else if (layout.header) {
    match_names(layout, records, options, *like);
  } else {
    match_positions(layout, records, options, *like);
  }
  for (const auto* fields : {&layout.inputs, &layout.targets}) {
    for (const std::size_t field : *fields)
      require_label(records, layout.names[field], fmt::format("name of field {}", field + 1));
  }
  return layout;
}

}  // namespace hadal::io
