#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "hadal/types.hpp"

/// What all readers share: the bytes of a file in memory, and how a bad one is refused.
namespace hadal::io {

/// The bytes of a file and the name it goes by in messages.
struct Source {
  std::string name;
  std::string_view bytes;
};

/// A file's bytes for as long as this object lives: mapped where the file is a regular one, read
/// to its end where it is a pipe or a device. Throws DataError when it cannot be opened or read.
class FileBytes {
 public:
  explicit FileBytes(const std::filesystem::path& path);
  ~FileBytes();
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  Source source() const { return {name_, bytes_}; }

  /// Gives back the memory of what has been read of a mapped file; it is read again where needed.
  void release() const;

 private:
  void map(int descriptor, std::size_t size);
  void read_to_end(int descriptor);

  std::string name_;
  std::string_view bytes_;
  void* mapping_ = nullptr;
  std::string buffer_;
};

/// `source` without its byte order mark. Throws DataError when it is blank, compressed or not text.
Source text_of(const Source& source);

/// Throws DataError "NAME: message", "NAME, line N: message" or "NAME, byte N: message".
[[noreturn]] void refuse(const Source& source, std::string_view message);
[[noreturn]] void refuse_line(const Source& source, Index line, std::string_view message);
[[noreturn]] void refuse_byte(const Source& source, std::size_t offset, std::string_view message);

/// `value` in quotes for a message: at most about 40 bytes, printable, valid UTF-8.
std::string shown(std::string_view value);

/// Of a file name, with its dot, in small letters.
std::string lower_extension(const std::string& name);

bool is_utf8(std::string_view text);

/// Throws DataError unless 0 < rows, columns < 2^31, `entries` <= rows * columns entries could be
/// held by the memory that is free now. To be called before anything of that size is allocated.
void require_size(const Source& source, std::uint64_t rows, std::uint64_t columns,
                  std::uint64_t entries);

/// Throws DataError when `bytes` exceeds the memory that is free now.
void require_memory(const Source& source, std::uint64_t bytes);

}  // namespace hadal::io
