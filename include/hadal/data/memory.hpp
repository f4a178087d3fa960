#pragma once

#include <cstdint>

namespace hadal {

/// Bytes that can be had now without others' memory being written to disk.
std::uint64_t available_memory();

}  // namespace hadal
