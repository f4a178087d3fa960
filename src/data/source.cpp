#include "source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "hadal/data/memory.hpp"
#include "hadal/error.hpp"

namespace hadal::io {
namespace {

[[noreturn]] void refuse_system(const std::string& name, std::string_view action) {
  const int code = errno;
  throw DataError(
      fmt::format("{}: cannot be {}: {}", name, action, std::generic_category().message(code)));
}

class Descriptor {
 public:
  explicit Descriptor(const std::string& name)
      : value_(::open(name.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (value_ < 0) refuse_system(name, "opened");
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return value_; }

 private:
  int value_;
};

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is malformed.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

FileBytes::FileBytes(const std::filesystem::path& path) : name_(path.string()) {
  const Descriptor descriptor(name_);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) refuse_system(name_, "read");
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    map(descriptor, static_cast<std::size_t>(status.st_size));
  } else {
    read_to_end(descriptor);
  }
}

FileBytes::~FileBytes() {
  if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
}

void FileBytes::map(int descriptor, std::size_t size) {
  void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (mapping == MAP_FAILED) refuse_system(name_, "read");
  mapping_ = mapping;
  ::madvise(mapping_, size, MADV_SEQUENTIAL);
  bytes_ = {static_cast<const char*>(mapping_), size};
}

void FileBytes::release() const {
  if (mapping_ != nullptr) ::madvise(mapping_, bytes_.size(), MADV_DONTNEED);
}

void FileBytes::read_to_end(int descriptor) {
  std::string block(std::size_t{1} << 20, '\0');
  for (;;) {
    const ssize_t count = ::read(descriptor, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_system(name_, "read");
    if (count == 0) break;
    buffer_.append(block, 0, static_cast<std::size_t>(count));
  }
  bytes_ = buffer_;
}

Source text_of(const Source& source) {
  std::string_view bytes = source.bytes;
  if (bytes.starts_with("\x1f\x8b")) refuse(source, "is compressed (gzip): decompress it first");
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    refuse(source, "is UTF-16 text: expected UTF-8");
  }
  if (const auto nul = bytes.find('\0'); nul != std::string_view::npos) {
    refuse_byte(source, nul, "a NUL byte: expected a text file");
  }
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    refuse(source, "is empty: expected data");
  }
  return {source.name, bytes};
}

void refuse(const Source& source, std::string_view message) {
  throw DataError(fmt::format("{}: {}", source.name, message));
}

void refuse_line(const Source& source, Index line, std::string_view message) {
  throw DataError(fmt::format("{}, line {}: {}", source.name, line, message));
}

void refuse_byte(const Source& source, std::size_t offset, std::string_view message) {
  throw DataError(fmt::format("{}, byte {}: {}", source.name, offset, message));
}

std::string shown(std::string_view value) {
  constexpr std::size_t longest = 40;
  std::string text = "'";
  for (std::size_t i = 0; i < value.size();) {
    if (i >= longest) return text + "...'";
    const std::size_t length = utf8_length(value.substr(i));
    const auto lead = static_cast<unsigned char>(value[i]);
    const bool printable = length > 0 && lead >= 0x20 && lead != 0x7F;
    text += printable ? value.substr(i, length) : std::string_view("?");
    i += std::max<std::size_t>(length, 1);
  }
  return text + "'";
}

std::string lower_extension(const std::string& name) {
  std::string extension = std::filesystem::path(name).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return extension;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void require_size(const Source& source, std::uint64_t rows, std::uint64_t columns,
                  std::uint64_t entries) {
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (rows == 0 || columns == 0) {
    refuse(source, fmt::format("the matrix is {} x {}: expected at least one row and one column",
                               rows, columns));
  }
  if (rows > most || columns > most) {
    refuse(source, fmt::format("the matrix is {} x {}: expected at most {} rows and columns", rows,
                               columns, most));
  }
  constexpr std::uint64_t bytes_per_entry = 2 * sizeof(std::int32_t) + sizeof(double);
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(entries, bytes_per_entry, &bytes)) {
    refuse(source, fmt::format("{} entries: too many for any memory", entries));
  }
  require_memory(source, bytes);
}

void require_memory(const Source& source, std::uint64_t bytes) {
  constexpr std::uint64_t always_granted = std::uint64_t{1} << 20;
  if (bytes <= always_granted) return;
  if (const std::uint64_t available = available_memory(); bytes > available) {
    refuse(source, fmt::format("needs {} bytes of memory: {} are free", bytes, available));
  }
}

}  // namespace hadal::io
