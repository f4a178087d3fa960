#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace hadal::io {

/// A file that is written in blocks; every failure throws Error.
class Output {
 public:
  explicit Output(const std::filesystem::path& path);

  fmt::memory_buffer& buffer() { return buffer_; }

  void write(const void* bytes, std::size_t size);
  void flush_large_buffer() {
    if (buffer_.size() > (std::size_t{1} << 16)) flush_buffer();
  }
  void close();

 private:
  void flush_buffer();
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  fmt::memory_buffer buffer_;
};

}  // namespace hadal::io
