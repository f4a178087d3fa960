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

std::filesystem::path picture(const char* name) {
  return test::source_folder() / "tests/fuzz/seeds/png_fuzz" / name;
}

Factor read(const char* name) { return dense(read_matrix(picture(name)).entries); }

TEST(Png, GreyOfEveryDepth) {
  EXPECT_TRUE(same(read("grey8.png"), matrix({{0, 128, 255}, {1, 2, 3}})));
  EXPECT_TRUE(same(read("grey16.png"), matrix({{65535, 258}})));
  EXPECT_TRUE(same(read("grey1.png"), matrix({{255, 0, 255}})));
  EXPECT_TRUE(same(read("interlaced.png"), matrix({{1, 2}, {3, 4}})));
}

TEST(Png, ChannelsLieSideBySide) {
  const MatrixData data = read_matrix(picture("rgb8.png"));
  EXPECT_TRUE(same(dense(data.entries), matrix({{255, 0, 0, 255, 0, 0}, {0, 10, 0, 20, 255, 30}})));
  ASSERT_TRUE(data.picture.has_value());
  EXPECT_EQ(data.picture->height, 2);
  EXPECT_EQ(data.picture->width, 2);
  EXPECT_EQ(data.picture->channels, 3);
  EXPECT_EQ(data.picture->bit_depth, 8);
  EXPECT_EQ(read_matrix(picture("grey16.png")).picture->bit_depth, 16);
}

TEST(Png, FullyTransparentPixelsAreMissing) {
  EXPECT_TRUE(same(read("rgba8.png"), matrix({{missing, 4, missing, 5, missing, 6}})));
  EXPECT_TRUE(same(read("grey_alpha16.png"), matrix({{missing, 600}})));
  EXPECT_TRUE(same(read("grey_key.png"), matrix({{7, missing, 9}})));
  EXPECT_TRUE(
      same(read("palette.png"), matrix({{10, missing, 70, 20, missing, 80, 30, missing, 90}})));
}

TEST(Png, MaskColorMarksMissingPixels) {
  ReadOptions options;
  options.mask_color = {255, 0, 0};
  EXPECT_TRUE(same(dense(read_matrix(picture("rgb8.png"), options).entries),
                   matrix({{missing, 0, missing, 255, missing, 0}, {0, 10, 0, 20, 255, 30}})));
  const auto refused = [&] {
    return message_of<ArgumentError>([&] { read_matrix(picture("grey8.png"), options); });
  };
  EXPECT_THAT(refused(), HasSubstr("mask color 255,0,0"));
  options.mask_color = {256, 256, 256};
  EXPECT_THAT(refused(), HasSubstr("from 0 to 255"));
  options.mask_color = {128, 128, 128};
  EXPECT_TRUE(same(dense(read_matrix(picture("grey8.png"), options).entries),
                   matrix({{0, missing, 255}, {1, 2, 3}})));
}

std::filesystem::path write_mask(const std::string& name, const Factor& mask) {
  const auto path = test::temporary(name);
  if (path.extension() == ".png") {
    write_png(path, mask, {mask.rows(), mask.cols(), 1, 8});
  } else {
    write_npy(path, mask);
  }
  return path;
}

TEST(Mask, BlackPixelsAreMissingInEveryChannel) {
  for (const std::string name : {"mask.png", "mask.npy"}) {
    ReadOptions options;
    options.mask = write_mask(name, matrix({{1, 0}, {0, 255}}));
    EXPECT_TRUE(same(
        dense(read_matrix(picture("rgb8.png"), options).entries),
        matrix({{255, missing, 0, missing, 0, missing}, {missing, 10, missing, 20, missing, 30}})));
  }
}

TEST(Mask, AColourMaskMarksWhatIsBlack) {
  ReadOptions options;
  options.mask = test::temporary("colour.png");
  write_png(options.mask, matrix({{0, 0, 0, 0, 0, 9}, {0, 0, 0, 0, 0, 0}}), {2, 2, 3, 8});
  EXPECT_EQ(read_matrix(picture("rgb8.png"), options).entries.size(), 3);
}

TEST(Mask, AppliesToArrays) {
  const auto path = test::temporary("array.npy");
  write_npy(path, matrix({{1, 2, 3}, {4, missing, 6}}));
  ReadOptions options;
  options.mask = write_mask("mask.npy", matrix({{1, 0, 1}, {0.5, 1, 0}}));
  EXPECT_TRUE(same(dense(read_matrix(path, options).entries),
                   matrix({{1, missing, 3}, {4, missing, missing}})));
}

TEST(Mask, Refuses) {
  ReadOptions options;
  const auto of = [&] {
    return message_of<DataError>([&] { read_matrix(picture("rgb8.png"), options); });
  };
  options.mask = write_mask("mask.png", matrix({{1, 0, 1}}));
  EXPECT_THAT(of(), HasSubstr("a mask of 1 x 3: expected 2 x 2"));
  options.mask = write_mask("mask.png", matrix({{0, 0}, {0, 0}}));
  EXPECT_THAT(of(), HasSubstr("none of the 2 x 6 entries is observed"));
  options.mask = test::write_file("mask.csv", "1,0\n0,1\n");
  EXPECT_THAT(of(), HasSubstr("is not a mask"));
  options.mask = test::temporary("absent.png");
  EXPECT_THAT(of(), HasSubstr("absent.png: cannot be opened"));
}

TEST(Png, EveryTruncationIsRefused) {
  const std::string whole = test::read_file(picture("palette.png"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(refusal("t.png", whole.substr(0, size)).empty()) << size;
  }
}

TEST(Png, RefusesDamage) {
  const std::string whole = test::read_file(picture("grey8.png"));
  for (std::size_t at = 8; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    EXPECT_FALSE(refusal("d.png", bytes).empty()) << at;
  }
}

TEST(Png, RefusesAPictureThatItsBytesCannotHold) {
  // A valid header of 1,000,000 x 1,000,000 pixels of 16-bit colour.
  std::string bytes = test::read_file(picture("grey8.png"));
  const char header[] = "\x00\x0f\x42\x40\x00\x0f\x42\x40\x10\x02\x00\x00\x00\x83\x9f\x73\x69";
  bytes.replace(16, 17, header, 17);
  EXPECT_THAT(refusal("l.png", bytes), HasSubstr("cannot hold 1000000 x 1000000 pixels"));
}

}  // namespace
}  // namespace hadal
