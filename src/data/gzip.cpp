#include "gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace hadal::io {
namespace {

/// Inflates into a text of at most `most` bytes; `ended` says whether the file ends with them.
std::string inflate_at_most(const Source& source, std::size_t most, bool& ended) {
  constexpr int gzip_only = 16 + MAX_WBITS;
  std::string result(most, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) refuse(source, "cannot be decompressed");
  const auto feed = [](auto& available, std::size_t& left) {
    if (available != 0) return;
    constexpr std::size_t largest = std::numeric_limits<uInt>::max();
    available = static_cast<uInt>(std::min(left, largest));
    left -= available;
  };
  std::size_t input_left = source.bytes.size(), output_left = most;
  // zlib does not write through next_in.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(source.bytes.data()));
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  int status = Z_OK;
  while (status == Z_OK) {
    feed(stream.avail_in, input_left);
    feed(stream.avail_out, output_left);
    status = inflate(&stream, Z_NO_FLUSH);
  }
  const std::size_t unread = input_left + stream.avail_in;
  const std::size_t unwritten = output_left + stream.avail_out;
  inflateEnd(&stream);
  ended = status == Z_STREAM_END && unread == 0;
  const bool full = status == Z_BUF_ERROR && unwritten == 0;
  if (status != Z_STREAM_END && !full) {
    refuse_byte(source, source.bytes.size() - unread,
                "damaged or truncated compressed data (gzip): expected it complete");
  }
  result.resize(most - unwritten);
  return result;
}

}  // namespace

bool is_gzip(const Source& source) { return source.bytes.starts_with("\x1f\x8b"); }

std::string gunzip_first(const Source& source, std::size_t count) {
  bool ended = false;
  return inflate_at_most(source, count, ended);
}

std::string gunzip(const Source& source, std::uint64_t size) {
  // Deflate expands at most 1032 to 1: a larger claim is refused before memory is taken for it.
  constexpr std::uint64_t most_expansion = 1032;
  if (size / most_expansion > source.bytes.size()) {
    refuse(source, fmt::format("{} compressed bytes cannot hold the {} bytes announced",
                               source.bytes.size(), size));
  }
  require_memory(source, size + 1);
  bool ended = false;
  std::string bytes = inflate_at_most(source, size + 1, ended);  // one more shows what is too long
  if (bytes.size() != size) {
    const bool longer = bytes.size() > size;
    refuse(source, fmt::format("{}{} bytes when decompressed: expected {}",
                               longer ? "more than " : "", longer ? size : bytes.size(), size));
  }
  if (!ended) refuse(source, "goes on after its compressed data (gzip): expected its end");
  return bytes;
}

}  // namespace hadal::io
