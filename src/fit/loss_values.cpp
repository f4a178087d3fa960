#include "hadal/fit/loss_values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

std::string line_name(const char* what, Index index, const std::vector<std::string>& labels) {
  return labels.empty() ? fmt::format("{} {}", what, index)
                        : fmt::format("{} '{}'", what, labels[static_cast<std::size_t>(index)]);
}

[[noreturn]] void refuse(LossKind loss, const std::string& entry, double value,
                         const std::string& expected) {
  throw DataError(fmt::format("the entry in {} is {}; the {} loss expects {}", entry, value,
                              to_string(loss), expected));
}

EntryName name_in(const MatrixData& data) {
  return [&data](Index k) {
    const Entries& entries = data.entries;
    return line_name("row", entries.row[k], data.row_labels) + ", " +
           line_name("column", entries.column[k], data.column_labels);
  };
}

void require_classes(const std::vector<double>& values, const EntryName& name) {
  const bool negative = std::find(values.begin(), values.end(), -1.0) != values.end();
  const double other = negative ? -1 : 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] == 1 || values[k] == other) continue;
    refuse(LossKind::logistic, name(static_cast<Index>(k)), values[k],
           negative ? "-1 and 1" : "-1 and 1, or 0 and 1");
  }
}

void require_counts(const std::vector<double>& values, const EntryName& name) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] >= 0 && values[k] <= 0x1p50) continue;
    refuse(LossKind::poisson, name(static_cast<Index>(k)), values[k], "numbers from 0 to 2^50");
  }
}

/// Up to this size every whole number is a double.
constexpr double whole_max = 0x1p53;

std::vector<std::int64_t> distinct_values(const std::vector<double>& values,
                                          const EntryName& name) {
  std::set<std::int64_t> found;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double value = values[k];
    const auto entry = [&] { return name(static_cast<Index>(k)); };
    if (!(std::abs(value) <= whole_max && value == std::floor(value)))
      refuse(LossKind::multinomial, entry(), value, "whole numbers that stand for categories");
    found.insert(static_cast<std::int64_t>(value));
    if (static_cast<Index>(found.size()) > categories_max)
      refuse(
          LossKind::multinomial, entry(), value,
          fmt::format("2 to {0} different values; before this one there were {0}", categories_max));
  }
  return {found.begin(), found.end()};
}

/// The lower of the two middle values of an even number.
double median(Vector& values) {
  const auto middle = values.begin() + (values.size() - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void require_values_of(LossKind loss, const std::vector<double>& values, const EntryName& name) {
  if (loss == LossKind::logistic) require_classes(values, name);
  if (loss == LossKind::poisson) require_counts(values, name);
}

void require_values_of(LossKind loss, const MatrixData& data) {
  require_values_of(loss, data.entries.value, name_in(data));
}

std::vector<std::int64_t> categories_of(const std::vector<double>& values,
                                        const std::vector<std::int64_t>& given,
                                        const EntryName& name) {
  if (given.empty()) {
    if (values.empty()) throw DataError("there are no observed entries; expected at least one");
    std::vector<std::int64_t> found = distinct_values(values, name);
    if (found.size() == 1)
      throw DataError(
          fmt::format("all entries are {}; the multinomial loss expects 2 to {} different values",
                      found.front(), categories_max));
    return found;
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    if (find_category(given, values[k]) < 0)
      refuse(LossKind::multinomial, name(static_cast<Index>(k)), values[k],
             fmt::format("one of {}", fmt::join(given, ", ")));
  return given;
}

std::vector<std::int64_t> categories_of(const MatrixData& data,
                                        const std::vector<std::int64_t>& given) {
  return categories_of(data.entries.value, given, name_in(data));
}

Vector signs_of(const Vector& classes) {
  return classes.unaryExpr([](double y) { return y > 0 ? 1.0 : -1.0; });
}

double default_huber_threshold(Vector y) {
  constexpr double efficient = 1.345, normal = 1.4826;
  y.array() -= median(y);
  y = y.cwiseAbs().eval();
  const double mean = y.mean(), middle = median(y);
  const double scale = middle > 0 ? normal * middle : mean;
  return scale > 0 ? efficient * scale : 1;
}

double usable_huber_threshold(double given, const Vector& y) {
  const double threshold = given > 0 ? given : default_huber_threshold(y);
  const double largest = y.cwiseAbs().maxCoeff();
  if (threshold >= 1e-100 * largest) return threshold;
  throw ArgumentError(fmt::format(
      "Huber threshold = {:g} was given for values up to {:g}; expected at least 1e-100 "
      "of them",
      threshold, largest));
}

}  // namespace hadal
