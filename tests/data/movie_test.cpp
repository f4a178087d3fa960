#include "hadal/data/movie.hpp"

#include "tiff_support.hpp"
// after gtest, which it needs
#include <rapidcheck/gtest.h>

namespace hadal {
namespace {

using test::dense;
using test::matrix;
using test::message_of;
using test::missing;
using test::Page;
using test::same;
using testing::AllOf;
using testing::HasSubstr;

TEST(MovieReader, ReadsAnyFramesInAnyOrder) {
  const Page page{20, 18, COMPRESSION_ADOBE_DEFLATE, 5, 0, {}};
  const auto path = test::write_tiff<std::int16_t>("m.tif", std::vector<Page>(6, page));
  const Factor whole = test::expected_movie<std::int16_t>(6, page);
  MovieReader movie(path);
  EXPECT_EQ(movie.frames(), 6);
  EXPECT_EQ(movie.width(), 20);
  EXPECT_EQ(movie.height(), 18);
  for (const auto& [first, count] :
       std::vector<std::pair<Index, Index>>{{0, 6}, {4, 2}, {1, 3}, {5, 1}, {0, 1}, {2, 0}}) {
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> pixels(count, 360);
    movie.read(first, count, pixels.data());
    EXPECT_TRUE(same(pixels.cast<double>(), whole.middleRows(first, count))) << first;
  }
}

TEST(MovieReader, IntegersOf32BitsAreExactAsDouble) {
  const Page page{1, 1, COMPRESSION_NONE, 1, 0, [](TIFF* tiff) {
                    std::uint32_t pixel = 4294967295U;
                    TIFFWriteEncodedStrip(tiff, 0, &pixel, 4);
                    TIFFWriteDirectory(tiff);
                    test::describe<std::uint32_t>(tiff, {1, 1, COMPRESSION_NONE, 1, 0, {}});
                  }};
  MovieReader movie(test::write_tiff<std::uint32_t>("u32.tif", {page}));
  double exact = 0;
  float rounded = 0;
  movie.read(0, 1, &exact);
  movie.read(0, 1, &rounded);
  EXPECT_EQ(exact, 4294967295.0);
  EXPECT_EQ(rounded, 4294967296.0F);
}

TEST(MovieReader, RefusesWhatIsBeyondAFloat) {
  const Page page{1, 1, COMPRESSION_NONE, 1, 0, [](TIFF* tiff) {
                    double pixel = 1e300;
                    TIFFWriteEncodedStrip(tiff, 0, &pixel, 8);
                    TIFFWriteDirectory(tiff);
                    test::describe<double>(tiff, {1, 1, COMPRESSION_NONE, 1, 0, {}});
                  }};
  MovieReader movie(test::write_tiff<double>("f64.tif", {page}));
  double value = 0;
  movie.read(0, 1, &value);
  EXPECT_EQ(value, 1e300);
  float single = 0;
  EXPECT_THAT(message_of<DataError>([&] { movie.read(0, 1, &single); }),
              AllOf(HasSubstr("page 1: pixel (0, 0)"), HasSubstr("at most 3.40")));
}

TEST(MovieReader, RefusesFramesThatThereAreNot) {
  MovieReader movie(test::write_tiff<std::uint8_t>("two.tif", {Page{}, Page{}}));
  std::vector<float> pixels(60);
  for (const auto& frames : std::vector<std::pair<Index, Index>>{
           {0, 3}, {2, 1}, {-1, 1}, {1, -1}, {1, Index{1} << 62}}) {
    EXPECT_THAT(
        message_of<ArgumentError>([&] { movie.read(frames.first, frames.second, pixels.data()); }),
        HasSubstr("expected frames from 0 to 1"));
  }
}

RC_GTEST_PROP(WriteMovie, FloatsComeBackBitForBit, ()) {
  const MovieShape shape{*rc::gen::inRange<Index>(1, 9), *rc::gen::inRange<Index>(1, 9)};
  const Index frames = *rc::gen::inRange<Index>(1, 5);
  const auto values = *rc::gen::container<std::vector<float>>(
      static_cast<std::size_t>(frames * shape.pixels()), rc::gen::arbitrary<float>());
  const bool compress = *rc::gen::arbitrary<bool>();
  const auto path = test::temporary("p.tif");
  Factor written(frames, shape.pixels());
  for (Index k = 0; k < written.size(); ++k) {
    const float value = values[static_cast<std::size_t>(k)];
    written.data()[k] = std::isfinite(value) && k != 0 ? value : 1.5F;
  }
  write_movie(path, written, shape, {MovieSample::float32, compress});
  const MatrixData data = read_matrix(path);
  RC_ASSERT(same(dense(data.entries), written));
  RC_ASSERT(data.movie->height == shape.height);
  RC_ASSERT(data.movie->width == shape.width);
}

TEST(WriteMovie, KeepsMissingPixels) {
  const Factor movie = matrix({{1, missing, 3, 4, 5, -6.5}, {0, 0, 1e-3F, 0, missing, 0}});
  const auto path = test::temporary("n.tif");
  write_movie(path, movie, {2, 3});
  EXPECT_TRUE(same(dense(read_matrix(path).entries), movie));
}

TEST(WriteMovie, RoundsAndClipsTo16Bits) {
  const auto path = test::temporary("u.tif");
  write_movie(path, matrix({{-1, 0.4, 1.5, 65534.6, 7e5, 3}}), {3, 2}, {MovieSample::uint16, true});
  EXPECT_TRUE(same(dense(read_matrix(path).entries), matrix({{0, 0, 2, 65535, 65535, 3}})));
}

TEST(WriteMovie, RefusesAndLeavesTheOldFile) {
  const auto path = test::write_file("old.tif", "old");
  const auto refused = [&](const Factor& movie, MovieShape shape, MovieSample sample) {
    return message_of<ArgumentError>([&] { write_movie(path, movie, shape, {sample, false}); });
  };
  const auto f32 = MovieSample::float32;
  EXPECT_THAT(refused(matrix({{1, 2, 3}}), {2, 2}, f32), HasSubstr("expected 4 columns"));
  EXPECT_THAT(refused(matrix({{1, 2}}), {0, 2}, f32), HasSubstr("2 x 0 pixels"));
  EXPECT_THAT(refused(Factor(0, 4), {2, 2}, f32), HasSubstr("0 frames"));
  EXPECT_THAT(refused(matrix({{1, 2}, {3, 1e300}}), {1, 2}, f32),
              HasSubstr("frame 1, pixel (1, 0) is inf"));
  EXPECT_THAT(refused(matrix({{1, missing}}), {1, 2}, MovieSample::uint16),
              HasSubstr("pixel (1, 0) is nan"));
  EXPECT_EQ(test::read_file(path), "old");
  EXPECT_THAT(message_of<Error>([&] {
                write_movie(test::temporary("absent") / "m.tif", matrix({{1, 2}}), {1, 2});
              }),
              HasSubstr("absent"));
}

TEST(WriteMovie, WritesFrameByFrame) {
  const auto path = test::temporary("many.tif");
  Index next = 0;
  write_movie(path, {3, 4}, 5000,
              [&](Index frame, float* pixels) {
                EXPECT_EQ(frame, next++);
                std::fill(pixels, pixels + 12, static_cast<float>(frame));
              },
              {MovieSample::uint16, false});
  MovieReader movie(path);
  ASSERT_EQ(movie.frames(), 5000);
  std::vector<float> pixels(24);
  movie.read(4321, 2, pixels.data());
  EXPECT_EQ(pixels.front(), 4321.0F);
  EXPECT_EQ(pixels.back(), 4322.0F);
}

}  // namespace
}  // namespace hadal
