#pragma once

#include <string_view>

namespace hadal::io {

enum class NumberKind {
  finite,
  missing,  ///< blank, NaN or NA, in any case
  infinite,
  too_large,  ///< or too small: outside the range of a double
  text
};

struct Number {
  NumberKind kind = NumberKind::text;
  double value = 0;
};

/// Reads the whole of `text` as a decimal number, independent of the locale.
Number parse_number(std::string_view text);

/// True for text that only a header or a label can be.
inline bool is_text(std::string_view text) { return parse_number(text).kind == NumberKind::text; }

}  // namespace hadal::io
