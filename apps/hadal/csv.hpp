#pragma once

#include <string>

namespace hadal::cli {

/// `text` as a field of a CSV file: quoted where it holds a comma, a quote, a line end or blanks at
/// its ends (RFC 4180).
std::string csv_field(const std::string& text);

}  // namespace hadal::cli
