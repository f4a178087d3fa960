#include "output.hpp"

#include <cerrno>
#include <system_error>

#include "hadal/error.hpp"

namespace hadal::io {

Output::Output(const std::filesystem::path& path)
    : path_(path), file_(std::fopen(path.c_str(), "wb"), &std::fclose) {
  if (!file_) fail();
}

void Output::write(const void* bytes, std::size_t size) {
  if (size != 0 && std::fwrite(bytes, 1, size, file_.get()) != size) fail();
}

void Output::close() {
  flush_buffer();
  if (std::fclose(file_.release()) != 0) fail();
}

void Output::flush_buffer() {
  write(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void Output::fail() const {
  const int code = errno;
  throw Error(fmt::format("{}: cannot be written: {}", path_.string(),
                          std::generic_category().message(code)));
}

}  // namespace hadal::io
