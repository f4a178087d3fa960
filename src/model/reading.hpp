#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "hadal/error.hpp"
#include "hdf5_reader.hpp"

namespace hadal::hdf5 {

/// Narrows to the type of the field it is for.
template <class Value>
Value narrowed(const Reader& group, const char* name, std::int64_t value) {
  if (value < std::numeric_limits<Value>::min() || value > std::numeric_limits<Value>::max())
    group.fail(name, fmt::format("is {}, which is out of range", value));
  return static_cast<Value>(value);
}

/// 0 or 1.
inline bool read_flag(const Reader& group, const char* name) {
  const std::int64_t value = group.integer(name);
  if (value != 0 && value != 1) group.fail(name, fmt::format("is {}, expected 0 or 1", value));
  return value == 1;
}

/// A text as the value it stands for, by a function that throws ArgumentError for any other.
template <class Convert>
auto read_word(const Reader& group, const char* name, const Convert& convert) {
  try {
    return convert(group.text(name));
  } catch (const ArgumentError& error) {
    group.fail(name, error.what());
  }
}

}  // namespace hadal::hdf5
