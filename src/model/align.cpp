#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "hadal/error.hpp"
#include "hadal/model/predict.hpp"

namespace hadal {
namespace {

/// Finds positions by label along one side of a model; without labels, by number counted from 0.
class Positions {
 public:
  Positions(const std::vector<std::string>& labels, Index size, std::string name)
      : numbered_(labels.empty()), size_(size), name_(std::move(name)) {
    positions_.reserve(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
      positions_.emplace(labels[i], static_cast<Index>(i));
  }

  std::optional<Index> find(std::string_view label) const {
    if (numbered_) return number(label);
    const auto found = positions_.find(label);
    if (found == positions_.end()) return std::nullopt;
    return found->second;
  }

  [[noreturn]] void unknown(std::string_view label) const {
    if (numbered_)
      throw DataError(fmt::format("the model knows no {} '{}': expected a number in 0 .. {}", name_,
                                  label, size_ - 1));
    throw DataError(fmt::format("the model knows no {} '{}'", name_, label));
  }

 private:
  std::optional<Index> number(std::string_view label) const {
    Index value = -1;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value);
    if (error != std::errc{} || end != label.data() + label.size() || value < 0 || value >= size_)
      return std::nullopt;
    return value;
  }

  bool numbered_;
  Index size_;
  std::string name_;
  std::unordered_map<std::string_view, Index> positions_;
};

Positions row_positions(const MatrixModel& model) {
  return {model.row_labels, model.rows(), model.row_name.empty() ? "row" : model.row_name};
}

Positions column_positions(const MatrixModel& model) {
  return {model.column_labels, model.columns(),
          model.column_name.empty() ? "column" : model.column_name};
}

Index find(const Positions& positions, const std::string& label) {
  const auto found = positions.find(label);
  if (!found) positions.unknown(label);
  return *found;
}

/// Where each row (or column) of the data lies in the model; -1 where the model has no such label.
std::vector<Index> places(const Positions& positions, const std::vector<std::string>& labels,
                          Index size) {
  std::vector<Index> result(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = positions.find(labels.empty() ? std::to_string(i) : labels[i]).value_or(-1);
  return result;
}

std::string label_of(const std::vector<std::string>& labels, std::int32_t index) {
  return labels.empty() ? std::to_string(index) : labels[static_cast<std::size_t>(index)];
}

}  // namespace

Index find_row(const MatrixModel& model, const std::string& label) {
  return find(row_positions(model), label);
}

Index find_column(const MatrixModel& model, const std::string& label) {
  return find(column_positions(model), label);
}

MatrixData align_to_model(const MatrixModel& model, const MatrixData& data, bool drop_unknown,
                          Index* dropped) {
  const Positions model_rows = row_positions(model);
  const Positions model_columns = column_positions(model);
  const Entries& given = data.entries;
  const std::vector<Index> rows = places(model_rows, data.row_labels, given.rows);
  const std::vector<Index> columns = places(model_columns, data.column_labels, given.columns);

  MatrixData aligned{{},
                     model.row_labels,
                     model.column_labels,
                     data.row_name,
                     data.column_name,
                     data.value_name,
                     model.picture,
                     model.movie};
  Entries& kept = aligned.entries;
  kept.rows = model.rows();
  kept.columns = model.columns();
  for (std::size_t k = 0; k < given.value.size(); ++k) {
    const Index row = rows[static_cast<std::size_t>(given.row[k])];
    const Index column = columns[static_cast<std::size_t>(given.column[k])];
    if (row < 0 || column < 0) {
      if (drop_unknown) continue;
      if (row < 0) model_rows.unknown(label_of(data.row_labels, given.row[k]));
      model_columns.unknown(label_of(data.column_labels, given.column[k]));
    }
    kept.row.push_back(static_cast<std::int32_t>(row));
    kept.column.push_back(static_cast<std::int32_t>(column));
    kept.value.push_back(given.value[k]);
    if (!given.weight.empty()) kept.weight.push_back(given.weight[k]);
  }
  if (dropped) *dropped = given.size() - kept.size();
  canonicalise(kept);
  return aligned;
}

}  // namespace hadal
