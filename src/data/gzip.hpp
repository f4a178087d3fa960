#pragma once

#include <cstdint>
#include <string>

#include "source.hpp"

namespace hadal::io {

bool is_gzip(const Source& source);

/// The first `count` bytes of what is compressed in `source`, or all of them where it holds fewer.
/// Throws DataError where it is damaged up to there.
std::string gunzip_first(const Source& source, std::size_t count);

/// What is compressed in `source`. Throws DataError unless these are `size` bytes, undamaged, that
/// fit into the memory that is free, and nothing follows.
std::string gunzip(const Source& source, std::uint64_t size);

}  // namespace hadal::io
