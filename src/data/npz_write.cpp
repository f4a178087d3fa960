#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <limits>
#include <set>
#include <string>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "npy_header.hpp"
#include "output.hpp"

/// The ZIP format (APPNOTE 6.3) as far as numpy.savez needs it: stored members, in 32 bits.
namespace hadal {
namespace {

constexpr std::uint64_t most_bytes = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t version = 20, stored = 0, flags = 0;
constexpr std::uint32_t first_date =
    1 << 5 | 1;  // 1 January 1980: the same bytes for the same data

void append(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

struct Member {
  std::string name, header;
  const Factor* array = nullptr;
  std::uint64_t offset = 0;

  std::size_t array_bytes() const {
    return static_cast<std::size_t>(array->size()) * sizeof(double);
  }
  std::uint64_t size() const { return header.size() + array_bytes(); }
  std::uint64_t crc() const {
    const auto start = crc32_z(0, reinterpret_cast<const Bytef*>(header.data()), header.size());
    return crc32_z(start, reinterpret_cast<const Bytef*>(array->data()), array_bytes());
  }

  /// What the local and the central header have in common.
  std::string description() const {
    std::string bytes;
    append(bytes, version, 2);
    append(bytes, flags, 2);
    append(bytes, stored, 2);
    append(bytes, 0, 2);
    append(bytes, first_date, 2);
    append(bytes, crc(), 4);
    append(bytes, size(), 4);
    append(bytes, size(), 4);
    append(bytes, name.size(), 2);
    append(bytes, 0, 2);
    return bytes;
  }
};

std::string local_header(const Member& member) {
  return "PK\3\4" + member.description() + member.name;
}

std::string central_header(const Member& member) {
  std::string bytes = "PK\1\2";
  append(bytes, version, 2);
  bytes += member.description();
  bytes.append(2 + 2 + 2 + 4, '\0');  // no comment, first disk, no attributes
  append(bytes, member.offset, 4);
  return bytes + member.name;
}

std::string end_of_archive(std::size_t members, std::uint64_t directory_bytes,
                           std::uint64_t offset) {
  std::string bytes = "PK\5\6";
  bytes.append(2 + 2, '\0');
  append(bytes, members, 2);
  append(bytes, members, 2);
  append(bytes, directory_bytes, 4);
  append(bytes, offset, 4);
  append(bytes, 0, 2);
  return bytes;
}

std::vector<Member> members_of(const std::vector<NamedArray>& arrays) {
  std::vector<Member> members;
  std::set<std::string> names;
  std::uint64_t offset = 0;
  for (const NamedArray& array : arrays) {
    if (array.name.empty() || array.name.size() > 255 || !names.insert(array.name).second) {
      throw ArgumentError(
          fmt::format("array name '{}': expected distinct names of 1 to 255 bytes", array.name));
    }
    const std::array shape{array.array.rows(), array.array.cols()};
    members.push_back({array.name + ".npy", io::npy_header(shape), &array.array, offset});
    offset += local_header(members.back()).size() + members.back().size();
  }
  constexpr std::uint64_t directory = 1 << 20;
  if (offset + directory > most_bytes || arrays.size() > 1000) {
    throw ArgumentError(
        fmt::format("{} arrays of {} bytes: expected at most 1000 arrays of less "
                    "than 4 GiB in all",
                    arrays.size(), offset));
  }
  return members;
}

}  // namespace

void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays) {
  const std::vector<Member> members = members_of(arrays);
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    io::Output output(temporary);
    std::string directory;
    std::uint64_t offset = 0;
    for (const Member& member : members) {
      const std::string header = local_header(member) + member.header;
      output.write(header.data(), header.size());
      output.write(member.array->data(), member.array_bytes());
      offset += header.size() + member.array_bytes();
      directory += central_header(member);
    }
    directory += end_of_archive(members.size(), directory.size(), offset);
    output.write(directory.data(), directory.size());
    output.close();
  });
}

}  // namespace hadal
