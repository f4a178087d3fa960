#pragma once

#include <cstdint>
#include <string>

namespace hadal {

/// Bytes that can be had now without others' memory being written to disk, or those that this
/// process may still take (RLIMIT_AS, the shell's `ulimit -v`) where that is less.
std::uint64_t available_memory();

/// Throws DataError, "`what` needs about ... bytes of memory", unless so many are available. To
/// be called before anything of that size is allocated.
void require_memory(std::uint64_t bytes, const std::string& what);

}  // namespace hadal
