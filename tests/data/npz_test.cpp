#include "hadal/data/write.hpp"
#include "support.hpp"

namespace hadal {
namespace {

using test::dense;
using test::matrix;
using test::message_of;
using test::missing;
using test::read_bytes;
using test::refusal;
using test::same;
using testing::HasSubstr;

std::string archive(const char* name) {
  return test::read_file(test::source_folder() / "tests/fuzz/seeds/npz_fuzz" / name);
}

ReadOptions named(const std::string& name) {
  ReadOptions options;
  options.array_name = name;
  return options;
}

TEST(Npz, ReadsWhatNumPyWrote) {
  const Factor expected = matrix({{1.5, missing, 0}, {-2, 4, 1e9}});
  EXPECT_TRUE(same(dense(read_bytes("a.npz", archive("deflated.npz")).entries), expected));
  const std::string stored = archive("stored.npz");
  EXPECT_TRUE(same(dense(read_bytes("a.npz", stored, named("x")).entries), expected));
  EXPECT_TRUE(
      same(dense(read_bytes("a.npz", stored, named("y.npy")).entries), matrix({{1, 0}, {0, 1}})));
}

TEST(Npz, AsksWhichOfSeveralArrays) {
  const auto of = [](const ReadOptions& options) {
    return message_of<ArgumentError>([&] { read_bytes("a.npz", archive("stored.npz"), options); });
  };
  EXPECT_THAT(of({}), HasSubstr("array name '': expected one of 'x', 'y'"));
  EXPECT_THAT(of(named("z")), HasSubstr("array name 'z': expected one of 'x', 'y'"));
}

TEST(Npz, EveryTruncationIsRefused) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string whole = archive(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(refusal("t.npz", whole.substr(0, size), named("x")).empty()) << size;
    }
  }
}

/// Replaces `count` bytes at `offset` from the only occurrence of `mark`.
std::string changed(std::string bytes, std::string_view mark, std::size_t offset,
                    std::string_view value) {
  return bytes.replace(bytes.find(mark) + offset, value.size(), value);
}

constexpr std::string_view central("PK\1\2", 4);
constexpr std::string_view end_record("PK\5\6", 4);

TEST(Npz, RefusesDamage) {
  const std::string stored = archive("stored.npz"), deflated = archive("deflated.npz");
  const std::string data = changed(stored, "fortran_order", 100, "\x11");
  EXPECT_THAT(refusal("a.npz", data, named("x")), HasSubstr("the file is damaged"));
  const std::string crc = changed(deflated, central, 16, "\x01\x02");
  EXPECT_THAT(refusal("a.npz", crc), HasSubstr("member 'x.npy': checksum"));
  const std::string huge = changed(deflated, central, 24, "\xff\xff\xff\x7f");
  EXPECT_THAT(refusal("a.npz", huge), HasSubstr("bytes cannot hold the 2147483647 bytes"));
  const std::string larger = changed(deflated, central, 25, "\x01");
  EXPECT_THAT(refusal("a.npz", larger), HasSubstr("damaged or truncated compressed data"));
  const std::string method = changed(deflated, central, 10, "\x0c");
  EXPECT_THAT(refusal("a.npz", method), HasSubstr("method 12"));
  const std::string encrypted = changed(deflated, central, 8, "\x01");
  EXPECT_THAT(refusal("a.npz", encrypted), HasSubstr("without encryption"));
  const std::string offset = changed(deflated, central, 42, "\x07");
  EXPECT_THAT(refusal("a.npz", offset), HasSubstr("expected the header of a member"));
  const std::string directory = changed(deflated, end_record, 16, "\xff\xff\xff\x7f");
  EXPECT_THAT(refusal("a.npz", directory), HasSubstr("entry of the directory"));
  EXPECT_THAT(refusal("a.npz", "PK\x05\x06" + std::string(18, '\0')), HasSubstr("holds no array"));
}

TEST(Npz, SixtyFourBitSizesAreRead) {
  // The deflated archive with the member's sizes moved to the 64-bit extra field.
  std::string bytes = archive("deflated.npz");
  const std::size_t at = bytes.find(central);
  const auto little = [](std::uint64_t value, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += static_cast<char>(value >> (8 * i) & 0xFF);
    return result;
  };
  const std::string compressed = bytes.substr(at + 20, 4), size = bytes.substr(at + 24, 4);
  const std::string extra =
      little(1, 2) + little(16, 2) + size + little(0, 4) + compressed + little(0, 4);
  const std::size_t name_size = static_cast<unsigned char>(bytes[at + 28]);
  bytes.replace(at + 20, 8, 8, '\xff');
  bytes.replace(at + 30, 2, little(extra.size(), 2));
  bytes.insert(at + 46 + name_size, extra);
  EXPECT_EQ(read_bytes("a.npz", bytes).entries.size(), 5);

  // And with the 64-bit end of the archive before the end record.
  const std::size_t end = bytes.find(end_record);
  const std::string end64 = "PK\6\6" + little(44, 8) + little(45, 2) + little(45, 2) +
                            little(0, 8) + little(1, 8) + little(1, 8) + little(end - at, 8) +
                            little(at, 8);
  const std::string locator = "PK\6\7" + little(0, 4) + little(end, 8) + little(1, 4);
  bytes.replace(end + 10, 2, little(0xFFFF, 2));
  bytes.replace(end + 16, 4, little(0xFFFFFFFF, 4));
  bytes.insert(end, end64 + locator);
  EXPECT_EQ(read_bytes("a.npz", bytes).entries.size(), 5);
}

TEST(WriteNpz, ArraysComeBackBitForBit) {
  const Factor x = matrix({{1.5, test::missing, -3e-300}, {0.1, 1e300, 7}}), y = matrix({{42}});
  const auto path = test::temporary("w.npz");
  write_npz(path, {{"x", x}, {"y", y}});
  EXPECT_TRUE(same(dense(read_matrix(path, named("x")).entries), x));
  EXPECT_TRUE(same(dense(read_matrix(path, named("y")).entries), y));
  const std::string bytes = test::read_file(path);
  write_npz(path, {{"x", x}, {"y", y}});
  EXPECT_EQ(test::read_file(path), bytes);
}

TEST(WriteNpz, RefusesNamesThatCannotBeTold) {
  const Factor x = matrix({{1}});
  const auto of = [&](const std::vector<NamedArray>& arrays) {
    return message_of<ArgumentError>([&] { write_npz(test::temporary("r.npz"), arrays); });
  };
  EXPECT_THAT(of({{"x", x}, {"x", x}}), HasSubstr("array name 'x': expected distinct names"));
  EXPECT_THAT(of({{"", x}}), HasSubstr("array name ''"));
}

}  // namespace
}  // namespace hadal
