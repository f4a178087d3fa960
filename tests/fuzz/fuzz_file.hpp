#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// What fuzz targets share that need a file and make it from the fuzzer's choices.
namespace hadal::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// Of this process.
inline std::string temporary_path() {
  return std::filesystem::temp_directory_path() /
         ("hadal_fuzz_" + std::to_string(getpid()) + ".h5");
}

/// A file of these bytes, until the end of the scope.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Bytes& bytes) {
    std::ofstream(path(), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { unlink(path().c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  static const std::string& path() {
    static const std::string path = temporary_path();
    return path;
  }
};

/// Hands out the fuzzer's bytes; zeros when they are used up.
class Choices {
 public:
  Choices(const std::uint8_t* bytes, std::size_t size) : next_(bytes), left_(size) {}

  bool any_left() const { return left_ > 0; }
  template <class Number>
  Number number() {
    Number value{};
    const std::size_t count = std::min(left_, sizeof value);
    std::memcpy(&value, next_, count);
    next_ += count;
    left_ -= count;
    return value;
  }
  template <class List>
  auto one_of(const List& list) {
    return list[number<std::uint8_t>() % std::size(list)];
  }

 private:
  const std::uint8_t* next_;
  std::size_t left_;
};

}  // namespace hadal::fuzz
