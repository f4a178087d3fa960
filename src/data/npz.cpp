#include "npz.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "readers.hpp"

/// Only what numpy.savez writes is needed of the ZIP format (APPNOTE 6.3): the central directory,
/// its 64-bit extension, and members that are stored or deflated.
namespace hadal::io {
namespace {

constexpr std::uint64_t in_extension_32 = 0xFFFFFFFF;
constexpr std::string_view local_signature("PK\3\4", 4);
constexpr std::string_view central_signature("PK\1\2", 4);
constexpr std::string_view end_signature("PK\5\6", 4);
constexpr std::string_view end64_signature("PK\6\6", 4);
constexpr std::string_view locator64_signature("PK\6\7", 4);

struct Member {
  std::string name;
  unsigned flags = 0;
  unsigned method = 0;
  std::uint32_t crc = 0;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t header_offset = 0;
};

/// `count` bytes at `offset`; throws DataError when the file ends before.
std::string_view slice(const Source& source, std::uint64_t offset, std::uint64_t count,
                       std::string_view what) {
  const std::uint64_t size = source.bytes.size();
  if (offset <= size && count <= size - offset) return source.bytes.substr(offset, count);
  refuse_byte(source, std::min(offset, size),
              fmt::format("the file ends at byte {}: expected {} bytes ({})", size, count, what));
}

std::uint64_t number(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  }
  return value;
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
};

Directory find_directory(const Source& source) {
  constexpr std::size_t end_size = 22, locator_size = 20, end64_size = 56;
  const std::size_t at = source.bytes.rfind(end_signature);
  if (at == std::string_view::npos || source.bytes.size() - at < end_size) {
    refuse(source, "has no end-of-archive record: not a ZIP archive, or truncated");
  }
  const std::string_view end = source.bytes.substr(at, end_size);
  Directory directory{number(end, 16, 4), number(end, 10, 2)};
  const bool extended =
      at >= locator_size && source.bytes.substr(at - locator_size).starts_with(locator64_signature);
  if (extended) {
    const std::uint64_t at64 = number(source.bytes.substr(at - locator_size), 8, 8);
    const std::string_view end64 = slice(source, at64, end64_size, "64-bit end of archive");
    if (!end64.starts_with(end64_signature)) {
      refuse_byte(source, at64, "expected the 64-bit end-of-archive record");
    }
    directory = {number(end64, 48, 8), number(end64, 32, 8)};
  }
  return directory;
}

/// Sizes that do not fit 32 bits stand in the extra field with identifier 1, in this order.
void read_extension(const Source& source, std::string_view extra, Member& member) {
  while (extra.size() >= 4) {
    const std::uint64_t identifier = number(extra, 0, 2);
    const std::uint64_t length = std::min<std::uint64_t>(number(extra, 2, 2), extra.size() - 4);
    std::string_view body = extra.substr(4, length);
    extra.remove_prefix(4 + length);
    if (identifier != 1) continue;
    for (std::uint64_t* field : {&member.size, &member.compressed_size, &member.header_offset}) {
      if (*field != in_extension_32) continue;
      if (body.size() < 8) refuse(source, "a truncated 64-bit field in the archive's directory");
      *field = number(body, 0, 8);
      body.remove_prefix(8);
    }
  }
}

std::vector<Member> read_directory(const Source& source) {
  constexpr std::size_t header_size = 46;
  const Directory directory = find_directory(source);
  std::vector<Member> members;
  std::uint64_t offset = directory.offset;
  for (std::uint64_t k = 0; k < directory.count; ++k) {
    const std::string_view header = slice(source, offset, header_size, "entry of the directory");
    if (!header.starts_with(central_signature)) {
      refuse_byte(source, offset, "expected an entry of the archive's directory");
    }
    Member member;
    member.flags = static_cast<unsigned>(number(header, 8, 2));
    member.method = static_cast<unsigned>(number(header, 10, 2));
    member.crc = static_cast<std::uint32_t>(number(header, 16, 4));
    member.compressed_size = number(header, 20, 4);
    member.size = number(header, 24, 4);
    member.header_offset = number(header, 42, 4);
    const std::uint64_t name = number(header, 28, 2), extra = number(header, 30, 2);
    const std::uint64_t comment = number(header, 32, 2);
    member.name = slice(source, offset + header_size, name, "name of a member");
    read_extension(source, slice(source, offset + header_size + name, extra, "extra field"),
                   member);
    offset += header_size + name + extra + comment;
    members.push_back(std::move(member));
  }
  return members;
}

std::string_view array_name(const Member& member) {
  std::string_view name = member.name;
  if (name.ends_with(".npy")) name.remove_suffix(4);
  return name;
}

const Member& choose(const Source& source, const std::vector<Member>& members,
                     const std::string& wanted) {
  if (members.empty()) refuse(source, "holds no array");
  if (wanted.empty() && members.size() == 1) return members.front();
  std::string names;
  for (const Member& member : members) {
    if (!wanted.empty() && (array_name(member) == wanted || member.name == wanted)) return member;
    if (names.size() < 400) names += (names.empty() ? "" : ", ") + shown(array_name(member));
  }
  throw ArgumentError(
      fmt::format("{}: array name {}: expected one of {}", source.name, shown(wanted), names));
}

std::string inflated(const Source& source, const Member& member, std::string_view compressed) {
  // Deflate expands at most 1032 to 1: a larger claim is refused before memory is taken for it.
  constexpr std::uint64_t most_expansion = 1032;
  if (member.size / most_expansion > compressed.size()) {
    refuse(source, fmt::format("member {}: {} bytes cannot hold the {} bytes announced",
                               shown(member.name), compressed.size(), member.size));
  }
  require_memory(source, member.size);
  std::string result(member.size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) refuse(source, "cannot be decompressed");
  const auto feed = [](auto& available, std::uint64_t& left) {
    if (available != 0) return;
    constexpr std::uint64_t most = std::numeric_limits<uInt>::max();
    available = static_cast<uInt>(std::min(left, most));
    left -= available;
  };
  std::uint64_t input_left = compressed.size(), output_left = result.size();
  // zlib does not write through next_in.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  int status = Z_OK;
  while (status == Z_OK) {
    feed(stream.avail_in, input_left);
    feed(stream.avail_out, output_left);
    status = inflate(&stream, Z_NO_FLUSH);
  }
  const std::uint64_t missing = output_left + stream.avail_out;
  inflateEnd(&stream);
  if (status != Z_STREAM_END || missing != 0) {
    refuse(source, fmt::format("member {}: damaged or truncated compressed data: expected {} bytes",
                               shown(member.name), member.size));
  }
  return result;
}

std::string_view compressed_bytes(const Source& source, const Member& member) {
  constexpr std::size_t header_size = 30;
  const std::string_view header = slice(source, member.header_offset, header_size, "local header");
  if (!header.starts_with(local_signature)) {
    refuse_byte(source, member.header_offset, "expected the header of a member");
  }
  const std::uint64_t skip = header_size + number(header, 26, 2) + number(header, 28, 2);
  return slice(source, member.header_offset + skip, member.compressed_size, "member");
}

void require_crc(const Source& source, const Member& member, std::string_view bytes) {
  const auto found = static_cast<std::uint32_t>(
      crc32_z(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  if (found == member.crc) return;
  refuse(source, fmt::format("member {}: checksum {:08x}: expected {:08x}; the file is damaged",
                             shown(member.name), found, member.crc));
}

}  // namespace

void with_npz_array(const Source& source, const std::string& wanted,
                    const std::function<void(const Source& array)>& read) {
  constexpr unsigned stored = 0, deflated = 8, encrypted_flag = 1;
  const std::vector<Member> members = read_directory(source);
  const Member& member = choose(source, members, wanted);
  if ((member.flags & encrypted_flag) != 0 ||
      (member.method != stored && member.method != deflated)) {
    refuse(source, fmt::format("member {}: method {}, flags {:#x}: expected a stored or deflated "
                               "member without encryption",
                               shown(member.name), member.method, member.flags));
  }
  std::string buffer;
  std::string_view bytes = compressed_bytes(source, member);
  if (member.method == deflated) bytes = buffer = inflated(source, member, bytes);
  require_crc(source, member, bytes);
  read({fmt::format("{}, member {}", source.name, shown(member.name)), bytes});
}

MatrixData read_npz(const Source& source, const ReadOptions& options) {
  MatrixData data;
  with_npz_array(source, options.array_name,
                 [&](const Source& array) { data = read_npy(array, options); });
  return data;
}

}  // namespace hadal::io
