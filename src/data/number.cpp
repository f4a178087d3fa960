#include "number.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace hadal::io {
namespace {

bool is_not_available(std::string_view text) {
  return text.size() == 2 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'a';
}

}  // namespace

Number parse_number(std::string_view text) {
  if (text.empty() || is_not_available(text)) return {NumberKind::missing};
  const char* first = text.data();
  const char* last = first + text.size();
  if (*first == '+' && text.size() > 1 && text[1] != '-') ++first;
  Number number;
  const auto [end, code] = std::from_chars(first, last, number.value);
  if (code == std::errc::invalid_argument || end != last) return {NumberKind::text};
  if (code == std::errc::result_out_of_range) return {NumberKind::too_large};
  number.kind = std::isnan(number.value)   ? NumberKind::missing
                : std::isinf(number.value) ? NumberKind::infinite
                                           : NumberKind::finite;
  return number;
}

}  // namespace hadal::io
