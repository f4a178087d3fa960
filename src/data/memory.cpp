#include "hadal/data/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "hadal/error.hpp"

namespace hadal {
namespace {

std::uint64_t page_size() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

std::uint64_t free_on_this_machine() {
  std::ifstream info("/proc/meminfo");
  for (std::string key; info >> key;) {
    std::uint64_t kibibytes = 0;
    if (key == "MemAvailable:" && info >> kibibytes) return kibibytes * 1024;
    info.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size();
}

std::uint64_t left_to_this_process() {
  constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return no_limit;
  std::uint64_t pages = 0;  // of the address space in use
  if (!(std::ifstream("/proc/self/statm") >> pages)) return no_limit;
  return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, pages * page_size());
}

}  // namespace

std::uint64_t available_memory() {
  return std::min(free_on_this_machine(), left_to_this_process());
}

void require_memory(std::uint64_t bytes, const std::string& what) {
  if (const std::uint64_t available = available_memory(); bytes > available) {
    throw DataError(
        fmt::format("{} needs about {} bytes of memory: {} are free", what, bytes, available));
  }
}

}  // namespace hadal
