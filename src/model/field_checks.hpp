#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// Told the field and what is wrong with it; must throw.
using Complain = std::function<void(std::string_view field, std::string_view message)>;

/// Requirements on single fields.
class FieldChecks {
 public:
  /// The function must outlive the object.
  explicit FieldChecks(const Complain& complain) : complain_(complain) {}

 protected:
  void complain(std::string_view field, std::string_view message) const {
    complain_(field, message);
  }
  template <class Given>
  void require(bool holds, std::string_view field, const Given& given,
               std::string_view expected) const {
    if (!holds) complain(field, fmt::format("is {}, expected {}", given, expected));
  }

  void non_negative(std::string_view field, double value) const;
  void non_negative_or_nan(std::string_view field, double value) const;
  void fraction(std::string_view field, double value) const;
  void without_nul(std::string_view field, std::string_view text) const;
  /// All of them different; as many as expected, or none.
  void labels(std::string_view field, const std::vector<std::string>& labels, Index expected) const;

  void finite(std::string_view field, const Factor& values) const;
  void finite(std::string_view field, const Vector& values) const;
  static std::string shape(const Factor& factor);

 private:
  const Complain& complain_;
};

}  // namespace hadal
