#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "delimited.hpp"
#include "hadal/error.hpp"
#include "number.hpp"
#include "sample_columns.hpp"
#include "sample_fields.hpp"
#include "sample_inputs.hpp"
#include "sample_readers.hpp"
#include "sample_targets.hpp"

namespace hadal::io {
namespace {

/// A column of the current record, for a message.
std::string where(const SampleTableLayout& layout, const Records& records, std::size_t field) {
  return fmt::format("column {} is {}", shown(layout.names[field]), shown(records.fields()[field]));
}

[[noreturn]] void refuse_field(const SampleTableLayout& layout, const Records& records,
                               std::size_t field, std::string_view expected) {
  refuse_line(records.source(), records.line(),
              fmt::format("{}: {}", where(layout, records, field), expected));
}

double read_number(const SampleTableLayout& layout, const Records& records, std::size_t field,
                   std::string_view expected) {
  const Number number = parse_number(records.fields()[field]);
  if (number.kind != NumberKind::finite) refuse_field(layout, records, field, expected);
  return number.value;
}

double read_weight(const SampleTableLayout& layout, const Records& records) {
  constexpr std::string_view expected = "expected a weight, a finite number > 0";
  const double weight = read_number(layout, records, *layout.weight, expected);
  if (!(weight > 0)) refuse_field(layout, records, *layout.weight, expected);
  return weight;
}

[[noreturn]] void refuse_category(const SampleTableLayout& layout, const Records& records,
                                  std::size_t field, const InputColumn& column) {
  constexpr std::ptrdiff_t most_listed = 10;
  const auto& categories = column.categories;
  std::vector<std::string> listed;
  std::transform(categories.begin(),
                 categories.begin() + std::min(std::ssize(categories), most_listed),
                 std::back_inserter(listed), [](const std::string& text) { return shown(text); });
  if (std::ssize(categories) > most_listed) listed.emplace_back("...");
  refuse_field(
      layout, records, field,
      fmt::format("expected a category that the model knows: {}", fmt::join(listed, ", ")));
}

/// Reads records into the inputs, which start as zeros.
class InputFiller {
 public:
  InputFiller(const SampleTableLayout& layout, SampleData& data) : layout_(layout), data_(data) {}

  void read(const Records& records, Index sample) {
    Index input = 0;
    for (std::size_t k = 0; k < layout_.inputs.size(); ++k) {
      const InputColumn& column = data_.encoding.columns[k];
      const std::size_t field = layout_.inputs[k];
      if (is_missing(records.fields()[field])) {
        if (std::isnan(column.fill)) refuse_field(layout_, records, field, missing_advice);
        if (column.categories.empty()) data_.inputs(sample, input) = column.fill;
      } else if (column.categories.empty()) {
        data_.inputs(sample, input) =
            read_number(layout_, records, field, "expected a finite number");
      } else {
        data_.inputs(sample, input + category_of(records, field, column)) = 1;
      }
      input += column.inputs();
    }
  }

 private:
  Index category_of(const Records& records, std::size_t field, const InputColumn& column) const {
    const std::string_view text = records.fields()[field];
    const auto found = std::lower_bound(column.categories.begin(), column.categories.end(), text);
    if (found == column.categories.end() || *found != text)
      refuse_category(layout_, records, field, column);
    return found - column.categories.begin();
  }

  const SampleTableLayout& layout_;
  SampleData& data_;
};

/// Reads the targets of records, as numbers or as labels.
class TargetReader {
 public:
  TargetReader(const SampleTableLayout& layout, Index samples, bool as_labels)
      : layout_(layout), as_labels_(as_labels) {
    if (as_labels_) {
      labels_.reserve(static_cast<std::size_t>(samples));
    } else {
      numbers_.resize(samples, static_cast<Index>(layout.targets.size()));
    }
  }

  void read(const Records& records, Index sample) {
    for (std::size_t k = 0; k < layout_.targets.size(); ++k) {
      const std::size_t field = layout_.targets[k];
      if (as_labels_) {
        add_label(records, field);
      } else {
        numbers_(sample, static_cast<Index>(k)) =
            read_number(layout_, records, field, "expected a finite number, as it is a target");
      }
    }
  }

  void store(SampleData& data, const Source& source, TaskChoice task, const SampleData* like) {
    if (as_labels_) {
      set_labels(data, source, labels_, like);
    } else {
      set_targets(data, source, std::move(numbers_), task, like);
    }
  }

 private:
  void add_label(const Records& records, std::size_t field) {
    const std::string_view text = records.fields()[field];
    if (is_missing(text)) refuse_field(layout_, records, field, "expected a class");
    require_label(records, text, "class");
    labels_.emplace_back(text);
  }

  const SampleTableLayout& layout_;
  bool as_labels_;
  Factor numbers_;
  std::vector<std::string> labels_;
};

/// Whether the targets are read as texts; numbers become labels later where that is their task.
bool are_labels(const SampleTableLayout& layout, const TableSummary& summary, TaskChoice task,
                const SampleData* like) {
  if (like != nullptr) return like->task == Task::classification;
  if (layout.targets.size() > 1) {
    if (task == TaskChoice::classification) {
      throw ArgumentError(
          fmt::format("{} targets for a classification: expected one", layout.targets.size()));
    }
    return false;
  }
  return summary.columns[layout.targets[0]].text_line > 0 && task != TaskChoice::regression;
}

/// New data may have a column of targets with nothing in it.
void drop_blank_targets(SampleTableLayout& layout, const TableSummary& summary) {
  const bool blank =
      std::all_of(layout.targets.begin(), layout.targets.end(),
                  [&](std::size_t field) { return summary.columns[field].present == 0; });
  if (blank) layout.targets.clear();
}

void require_table_memory(const Source& source, const SampleTableLayout& layout, Index samples,
                          Index inputs, bool as_labels) {
  const std::size_t target =
      as_labels ? sizeof(std::string) + sizeof(int) : layout.targets.size() * sizeof(double);
  const std::size_t others = target + (layout.weight ? sizeof(double) : 0);
  const auto rows = static_cast<std::uint64_t>(samples);
  require_samples(source, rows, static_cast<std::uint64_t>(inputs));
  require_memory(source, rows * (static_cast<std::uint64_t>(inputs) * sizeof(double) + others));
}

}  // namespace

SampleData read_sample_table(const Source& source, const SampleReadOptions& options,
                             const SampleData* like) {
  const Source text = text_of(source);
  SampleTableLayout layout = find_sample_layout(text, options, like);
  const TableSummary summary = summarise(text, layout);
  if (like != nullptr) drop_blank_targets(layout, summary);
  const bool as_labels = are_labels(layout, summary, options.task, like);

  SampleData data;
  data.encoding =
      like != nullptr ? like->encoding : find_encoding(text, layout, summary, options.missing);
  const Index inputs = data.encoding.inputs();
  require_table_memory(text, layout, summary.samples, inputs, as_labels);
  data.inputs = Factor::Zero(summary.samples, inputs);
  if (layout.weight) data.weight.resize(summary.samples);
  for (const std::size_t field : layout.targets) data.target_names.push_back(layout.names[field]);

  InputFiller filler(layout, data);
  TargetReader targets(layout, summary.samples, as_labels);
  Records records(text, layout.delimiter);
  skip_header(records, layout);
  for (Index sample = 0; records.next(); ++sample) {
    filler.read(records, sample);
    targets.read(records, sample);
    if (layout.weight) data.weight[sample] = read_weight(layout, records);
  }
  if (layout.targets.empty()) {
    set_no_targets(data, *like);
  } else {
    targets.store(data, text, options.task, like);
  }
  if (like != nullptr) data.picture = like->picture;
  return data;
}

}  // namespace hadal::io
