#include <omp.h>

#include <filesystem>

#include "hadal/data/movie.hpp"
#include "hadal/data/row_source.hpp"
#include "tiff_support.hpp"

namespace hadal {
namespace {

using test::message_of;
using test::missing;
using test::Page;
using test::same;
using testing::AllOf;
using testing::HasSubstr;

TEST(MovieRows, AreTheFramesWhateverTheThreads) {
  const Page page{20, 18, COMPRESSION_ADOBE_DEFLATE, 5, 0, {}};
  const auto path = test::write_tiff<std::int16_t>("rows.tif", std::vector<Page>(11, page));
  const Factor whole = test::expected_movie<std::int16_t>(11, page);
  const int before = omp_get_max_threads();
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    MovieRows movie(path);
    EXPECT_EQ(movie.rows(), 11);
    EXPECT_EQ(movie.columns(), 360);
    EXPECT_EQ(movie.shape().width, 20);
    for (const auto& [first, count] :
         std::vector<std::pair<Index, Index>>{{0, 11}, {4, 5}, {10, 1}, {3, 0}, {0, 11}}) {
      Factor rows(count, 360);
      movie.read(first, count, rows.data());
      EXPECT_TRUE(same(rows, whole.middleRows(first, count))) << first;
    }
    EXPECT_THROW(movie.read(8, 4, nullptr), ArgumentError);
    EXPECT_THROW(movie.read(-1, 1, nullptr), ArgumentError);
  }
  omp_set_num_threads(before);
}

TEST(MovieRows, KeepAMissingPixelAndEveryBitOfAFloat) {
  Factor pixels(3, 4);
  pixels << 1, 2, 3, 4, 5, missing, 7, 8, 0.1F, 1e30F, -1e-30F, 0;
  const auto path = test::temporary("missing.tif");
  write_movie(path, pixels, {2, 2});
  MovieRows movie(path);
  Factor rows(3, 4);
  movie.read(0, 3, rows.data());
  EXPECT_TRUE(same(rows, pixels));
}

/// The descriptions of all pages are whole, the pixels of page 4 are not.
TEST(MovieRows, SayWhichPageIsDamaged) {
  const Page whole{16, 16, COMPRESSION_ADOBE_DEFLATE, 16, 0, {}};
  Page damaged = whole;
  damaged.change = [](TIFF* tiff) {
    std::vector<unsigned char> rubbish(64, 0xEE);
    TIFFWriteRawStrip(tiff, 0, rubbish.data(), 64);
    TIFFWriteDirectory(tiff);
    test::describe<std::uint16_t>(tiff, {16, 16, COMPRESSION_ADOBE_DEFLATE, 16, 0, {}});
  };
  MovieRows movie(
      test::write_tiff<std::uint16_t>("damaged.tif", {whole, whole, whole, damaged, whole}));
  Factor rows(movie.rows(), movie.columns());
  movie.read(0, 3, rows.data());
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(message_of<DataError>([&] { movie.read(0, movie.rows(), rows.data()); }),
                AllOf(HasSubstr("damaged.tif"), HasSubstr("page 4")));
  }
  movie.read(0, 3, rows.data());
}

TEST(MovieRows, RefuseUnequalPagesAndACutFile) {
  const Page page{16, 16, COMPRESSION_NONE, 16, 0, {}}, wider{17, 16, COMPRESSION_NONE, 16, 0, {}};
  const auto unequal = test::write_tiff<std::uint16_t>("unequal.tif", {page, page, wider});
  EXPECT_THAT(message_of<DataError>([&] { MovieRows{unequal}; }),
              AllOf(HasSubstr("page 3"), HasSubstr("as on page 1")));
}

/// One strip a page leaves nothing behind a page's description, which may end within its link to
/// the next one.
TEST(MovieRows, RefuseACutFileWhereverItEnds) {
  const Page page{8, 8, COMPRESSION_NONE, 8, 0, {}};
  for (const char* mode : {"w", "wb", "w8"}) {
    const auto path =
        test::write_tiff<std::uint16_t>("whole.tif", std::vector<Page>(3, page), mode);
    Factor rows(3, 64);
    for (auto size = std::filesystem::file_size(path); size-- > 0;) {
      std::filesystem::resize_file(path, size);
      EXPECT_THROW(MovieRows(path).read(0, 3, rows.data()), DataError) << mode << " " << size;
    }
  }
}

TEST(IsMovie, LooksAtTheFirstBytes) {
  const Page page{16, 16, COMPRESSION_NONE, 16, 0, {}};
  EXPECT_TRUE(is_movie(test::write_tiff<std::uint16_t>("is.tif", {page})));
  EXPECT_TRUE(is_movie(test::write_tiff<std::uint16_t>("big.tif", {page}, "w8b")));
  EXPECT_FALSE(is_movie(test::temporary("no.tif")));
}

}  // namespace
}  // namespace hadal
