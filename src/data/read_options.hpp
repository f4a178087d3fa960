#pragma once

#include <string_view>

#include "hadal/data/read.hpp"

namespace hadal::io {

/// The word for a format in models and messages, e.g. "dense_csv".
std::string_view format_name(FileFormat format);

}  // namespace hadal::io
