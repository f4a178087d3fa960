#pragma once

#include <string_view>

#include "number.hpp"

/// What a field of a table of samples is.
namespace hadal::io {

/// Blank, NA, N/A, NaN (in any case) or ?.
inline bool is_missing(std::string_view field) {
  const bool slashed =
      field.size() == 3 && (field[0] | 0x20) == 'n' && field[1] == '/' && (field[2] | 0x20) == 'a';
  return slashed || field == "?" || parse_number(field).kind == NumberKind::missing;
}

/// Text that makes its column one of categories.
inline bool is_category(std::string_view field) { return is_text(field) && !is_missing(field); }

}  // namespace hadal::io
