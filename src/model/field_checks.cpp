#include "field_checks.hpp"

#include <cmath>
#include <unordered_set>

namespace hadal {

void FieldChecks::non_negative(std::string_view field, double value) const {
  require(std::isfinite(value) && value >= 0, field, value, "a finite number >= 0");
}

void FieldChecks::non_negative_or_nan(std::string_view field, double value) const {
  if (!std::isnan(value)) non_negative(field, value);
}

void FieldChecks::fraction(std::string_view field, double value) const {
  require(value >= 0 && value <= 1, field, value, "a number in 0 .. 1");
}

void FieldChecks::without_nul(std::string_view field, std::string_view text) const {
  if (text.find('\0') != text.npos) complain(field, "holds a NUL character");
}

void FieldChecks::labels(std::string_view field, const std::vector<std::string>& labels,
                         Index expected) const {
  if (labels.empty()) return;
  require(static_cast<Index>(labels.size()) == expected, field,
          fmt::format("{} labels", labels.size()), fmt::format("{} or none", expected));
  std::unordered_set<std::string_view> seen;
  for (const std::string& label : labels) {
    without_nul(field, label);
    if (!seen.insert(label).second)
      complain(field, fmt::format("holds '{}' twice, expected distinct labels", label));
  }
}

void FieldChecks::finite(std::string_view field, const Factor& values) const {
  for (Index i = 0; i < values.rows(); ++i)
    for (Index j = 0; j < values.cols(); ++j)
      require(std::isfinite(values(i, j)), fmt::format("{}[{}, {}]", field, i, j), values(i, j),
              "a finite number");
}

void FieldChecks::finite(std::string_view field, const Vector& values) const {
  for (Index i = 0; i < values.size(); ++i)
    require(std::isfinite(values[i]), fmt::format("{}[{}, 0]", field, i), values[i],
            "a finite number");
}

std::string FieldChecks::shape(const Factor& factor) {
  return fmt::format("{} x {}", factor.rows(), factor.cols());
}

}  // namespace hadal
