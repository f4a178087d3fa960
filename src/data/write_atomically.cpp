#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <random>
#include <system_error>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, std::string_view action, int code) {
  throw Error(fmt::format("{}: cannot be {}: {}", path.string(), action,
                          std::generic_category().message(code)));
}

/// Where the file is to stand in the end: `path`, or what it links to.
fs::path target_of(const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw Error(fmt::format("{}: is not a regular file: expected one, or none", path.string()));
  }
  const bool is_link = fs::is_symlink(fs::symlink_status(path, code));
  return is_link ? fs::weakly_canonical(path, code) : path;
}

/// A file name that no other writer uses; the file is removed unless it was renamed.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) {
    static std::atomic<unsigned> count{0};
    static const unsigned draw = std::random_device()();
    path_ = target;
    path_.replace_filename(fmt::format(".{}.{:x}-{}-{}.tmp", target.filename().string(), draw,
                                       ::getpid(), count.fetch_add(1)));
  }
  ~Temporary() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Some file systems cannot synchronise a folder; the file itself always must.
void flush(const fs::path& opened, const fs::path& path, bool is_folder) {
  const int descriptor = ::open(opened.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (is_folder) return;
    refuse(path, "written", errno);
  }
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0 && !is_folder) refuse(path, "written", code);
}

}  // namespace

void write_atomically(const fs::path& path,
                      const std::function<void(const fs::path& temporary)>& write) {
  const fs::path target = target_of(path);
  const Temporary temporary(target);
  write(temporary.path());
  flush(temporary.path(), path, false);
  std::error_code code;
  fs::rename(temporary.path(), target, code);
  if (code) refuse(path, "written", code.value());
  flush(target.has_parent_path() ? target.parent_path() : ".", path, true);
}

}  // namespace hadal
