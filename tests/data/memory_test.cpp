#include "hadal/data/memory.hpp"

#include "hadal/data/write.hpp"
#include "memory_limit.hpp"
#include "support.hpp"

namespace hadal {
namespace {

using test::MemoryLimit;
using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

TEST(Memory, IsNoMoreThanTheProcessMayTake) {
  const std::uint64_t before = available_memory();
  EXPECT_GT(before, 64 * mebibyte);
  {
    const MemoryLimit limit(64 * mebibyte);
    EXPECT_LE(available_memory(), 64 * mebibyte);
    EXPECT_GT(available_memory(), 32 * mebibyte);
  }
  EXPECT_GT(available_memory(), 64 * mebibyte);
}

TEST(Memory, IsRequiredBeforeItIsTaken) {
  const MemoryLimit limit(64 * mebibyte);
  EXPECT_NO_THROW(require_memory(16 * mebibyte, "this"));
  EXPECT_THAT(
      message_of<DataError>([] { require_memory(65 * mebibyte, "that"); }),
      AllOf(HasSubstr("that needs about 68157440 bytes of memory"), HasSubstr(" are free")));
}

TEST(Memory, EntriesThatDoNotFitAreRefused) {
  const std::string shape = "{'descr': '|u1', 'fortran_order': False, 'shape': (2000, 2000), }\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += {static_cast<char>(shape.size()), '\0'};
  bytes += shape + std::string(2000 * 2000, '\1');
  const auto file = test::write_file("ones.npy", bytes);
  EXPECT_EQ(read_matrix(file).entries.size(), 4'000'000);
  const MemoryLimit limit(32 * mebibyte);
  EXPECT_THAT(
      message_of<DataError>([&] { read_matrix(file); }),
      AllOf(HasSubstr("ones.npy"), HasSubstr("needs 64000000 bytes of memory"), HasSubstr("free")));
}

TEST(Memory, APictureThatDoesNotFitIsRefused) {
  const Index side = 6000;  // that many zeros are a few dozen kilobytes of PNG
  const PictureShape shape{side, side, 1, 8};
  const auto file = test::temporary("black.png");
  write_png(file, Factor::Zero(side, side), shape);
  const MemoryLimit limit(16 * mebibyte);
  EXPECT_THAT(message_of<DataError>([&] { read_matrix(file); }),
              AllOf(HasSubstr("black.png"), HasSubstr("needs 36000000 bytes of memory")));
}

}  // namespace
}  // namespace hadal
