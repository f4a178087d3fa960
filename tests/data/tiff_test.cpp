#include "tiff_support.hpp"

namespace hadal {
namespace {

using test::dense;
using test::expected_movie;
using test::Page;
using test::refusal;
using test::same;
using test::write_tiff;
using testing::AllOf;
using testing::HasSubstr;

template <class Pixel>
class TiffOf : public testing::Test {};

using Pixels = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::int8_t, std::int16_t,
                              std::int32_t, float, double>;
TYPED_TEST_SUITE(TiffOf, Pixels);

TYPED_TEST(TiffOf, EveryLayoutReadsTheSame) {
  Page tiles{20, 18, COMPRESSION_NONE, 3, 16, {}};
  Page strips = tiles, deflated = tiles;
  strips.tile = 0;
  deflated.compression = COMPRESSION_ADOBE_DEFLATE;
  deflated.change = [](TIFF* tiff) {
    const bool real = std::is_floating_point_v<TypeParam>;
    if (real && TIFFIsByteSwapped(tiff)) return;  // which libtiff reads well and writes wrongly
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, real ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
  };
  const Factor expected = expected_movie<TypeParam>(3, tiles);
  for (const Page& page : {tiles, strips, deflated}) {
    for (const char* mode : {"wl", "wb", "w8l", "w8b"}) {
      const auto path = write_tiff<TypeParam>("m.tif", {page, page, page}, mode);
      const MatrixData data = read_matrix(path);
      EXPECT_TRUE(same(dense(data.entries), expected)) << mode;
      ASSERT_TRUE(data.movie.has_value());
      EXPECT_EQ(data.movie->width, 20);
      EXPECT_EQ(data.movie->height, 18);
    }
  }
}

TEST(Tiff, EveryLosslessCompressionReadsTheSame) {
  for (const int compression : {COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE,
                                COMPRESSION_LZMA, COMPRESSION_ZSTD}) {
    if (!TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression))) continue;
    const Page page{20, 18, compression, 3, 0, {}};
    const auto path = write_tiff<std::uint16_t>("c.tif", {page, page});
    EXPECT_TRUE(same(dense(read_matrix(path).entries), expected_movie<std::uint16_t>(2, page)))
        << compression;
  }
}

TEST(Tiff, GreyJpegIsReadAndItsDamageRefused) {
  if (!TIFFIsCODECConfigured(COMPRESSION_JPEG)) GTEST_SKIP() << "this libtiff has no JPEG";
  const Page page{16, 16, COMPRESSION_JPEG, 16, 0, {}};
  const auto path = write_tiff<std::uint8_t>("jpeg.tif", {page});
  const Factor read = dense(read_matrix(path).entries);
  EXPECT_LT((read - expected_movie<std::uint8_t>(1, page)).cwiseAbs().maxCoeff(), 10);
  std::string bytes = test::read_file(path);
  const std::size_t scan = bytes.find("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  bytes.replace(scan + 12, 2, "\xff\xd9");  // the picture ends before its first pixel
  EXPECT_THAT(refusal("jpeg.tif", bytes), HasSubstr("page 1: strip 0 cannot be decoded"));
}

TEST(Tiff, OnePageIsOneFrame) {
  const MatrixData data = read_matrix(write_tiff<std::uint8_t>("one.tif", {Page{}}));
  EXPECT_EQ(data.entries.rows, 1);
  EXPECT_EQ(data.entries.columns, 20);
  EXPECT_FALSE(data.picture.has_value());
  EXPECT_EQ(data.row_name, "frame");
}

TEST(Tiff, IsFoundByItsFirstBytes) {
  const auto bytes = test::read_file(write_tiff<float>("f.tif", {Page{}}));
  EXPECT_TRUE(test::read_bytes("noname", bytes).movie.has_value());
  EXPECT_TRUE(test::read_bytes("f.csv", bytes, test::as(FileFormat::tiff)).movie.has_value());
}

/// A page of floats of which pixel (2, 1) is `value`.
Page page_with(float value) {
  Page page;
  page.rows_per_strip = page.height;
  page.change = [value, page](TIFF* tiff) {
    std::vector<float> pixels(page.width * page.height, 1.0F);
    pixels[1 * page.width + 2] = value;
    TIFFWriteEncodedStrip(tiff, 0, pixels.data(), static_cast<tmsize_t>(4 * pixels.size()));
    TIFFWriteDirectory(tiff);
    test::describe<float>(tiff, {5, 4, COMPRESSION_NONE, 4, 0, {}});
  };
  return page;
}

TEST(Tiff, NaNIsMissingAndInfinityRefused) {
  const auto nan = write_tiff<float>("nan.tif", {page_with(std::nanf(""))});
  const Entries entries = read_matrix(nan).entries;
  EXPECT_EQ(entries.rows, 2);
  EXPECT_EQ(entries.size(), 39);
  EXPECT_TRUE(std::isnan(dense(entries)(0, 7)));
  const auto inf = write_tiff<float>("inf.tif", {Page{}, page_with(-HUGE_VALF)});
  EXPECT_THAT(refusal("i.tif", test::read_file(inf)),
              AllOf(HasSubstr("i.tif, page 2: pixel (2, 1): value -inf"), HasSubstr("expected")));
}

/// The message with which a movie is refused whose second page was changed so.
std::string refusal_of_second(const std::function<void(Page&)>& change) {
  Page second;
  change(second);
  const auto path = write_tiff<std::uint8_t>("second.tif", {Page{}, second, Page{}});
  return refusal("r.tif", test::read_file(path));
}

TEST(Tiff, RefusesPagesThatDiffer) {
  EXPECT_THAT(refusal_of_second([](Page& page) { page.width = 6; }),
              HasSubstr("r.tif, page 2: 6 x 4 pixels, 8-bit unsigned integers: expected 5 x 4 "
                        "pixels, 8-bit unsigned integers, as on page 1"));
  EXPECT_THAT(refusal_of_second([](Page& page) {
                page.change = [](TIFF* tiff) {
                  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_INT);
                };
              }),
              HasSubstr("page 2: 5 x 4 pixels, 8-bit signed integers"));
}

TEST(Tiff, RefusesWhatIsNotGrey) {
  const auto with = [](int samples, int photometric) {
    return refusal_of_second([=](Page& page) {
      page.rows_per_strip = 1;  // short strips: what is written does not matter
      page.change = [=](TIFF* tiff) {
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
        std::vector<std::uint16_t> map(256);
        TIFFSetField(tiff, TIFFTAG_COLORMAP, map.data(), map.data(), map.data());
      };
    });
  };
  EXPECT_THAT(with(3, PHOTOMETRIC_RGB), HasSubstr("page 2: 3 samples a pixel"));
  EXPECT_THAT(with(2, PHOTOMETRIC_MINISBLACK), HasSubstr("page 2: 2 samples a pixel"));
  EXPECT_THAT(with(1, PHOTOMETRIC_PALETTE), HasSubstr("photometric interpretation 3: expected"));
}

TEST(Tiff, RefusesPixelsOfAnotherType) {
  const auto with = [](int bits, int format) {
    return refusal_of_second([=](Page& page) {
      page.change = [=](TIFF* tiff) {
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
        TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
      };
    });
  };
  EXPECT_THAT(with(4, SAMPLEFORMAT_UINT), HasSubstr("4-bit unsigned integers: expected integers"));
  EXPECT_THAT(with(16, SAMPLEFORMAT_IEEEFP), HasSubstr("16-bit floating point numbers: expected"));
  EXPECT_THAT(with(64, SAMPLEFORMAT_INT), HasSubstr("64-bit signed integers: expected"));
}

TEST(Tiff, RefusesWhatIsNoTiff) {
  EXPECT_THAT(refusal("x.tif", "hello, world"), HasSubstr("not a TIFF file"));
  EXPECT_THAT(refusal("x.tiff", std::string_view("II*\0", 4)), HasSubstr("x.tiff: "));
  EXPECT_THAT(refusal("n.tif", std::string_view("II*\0\0\0\0\0", 8)), HasSubstr("holds no page"));
}

TEST(Tiff, EveryTruncationIsRefused) {
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE}) {
    const Page page{6, 5, compression, 2, 0, {}};
    const auto path = write_tiff<std::uint16_t>("whole.tif", {page, page});
    const std::string whole = test::read_file(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(refusal("t.tif", whole.substr(0, size)).empty()) << size;
    }
  }
}

TEST(Tiff, RefusesAMovieThatItsBytesCannotHold) {
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE}) {
    const Page page{20, 18, compression, 7, 0, {}};
    const auto path = write_tiff<std::uint16_t>("whole.tif", {page});
    TIFF* tiff = TIFFOpen(path.c_str(), "r+");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 40000);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 50000);
    TIFFRewriteDirectory(tiff);
    TIFFClose(tiff);
    EXPECT_THAT(refusal("large.tif", test::read_file(path)),
                AllOf(HasSubstr("large.tif, page 1"), HasSubstr("cannot hold the pixels")));
  }
}

TEST(Tiff, RefusesAnImageJStackThatIsNotInPages) {
  Page page;
  page.change = [](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, "ImageJ=1.53k\nimages=3000\nframes=3000\n");
  };
  EXPECT_THAT(refusal("j.tif", test::read_file(write_tiff<std::uint8_t>("j.tif", {page}))),
              AllOf(HasSubstr("3000 images"), HasSubstr("BigTIFF")));
  EXPECT_EQ(read_matrix(write_tiff<std::uint8_t>("j.tif", {page, page})).entries.rows, 2);
}

TEST(Tiff, RefusesPagesInACircle) {
  Page page;
  page.rows_per_strip = page.height;  // so that the file ends with the offset of the next page
  const auto path = write_tiff<std::uint8_t>("circle.tif", {page, page}, "wl");
  std::string bytes = test::read_file(path);
  bytes.replace(bytes.size() - 4, 4, bytes.substr(4, 4));  // what follows the last is the first
  EXPECT_FALSE(refusal("circle.tif", bytes).empty());
}

TEST(Tiff, OptionsOfOtherFormatsAreRefused) {
  const auto path = write_tiff<std::uint8_t>("o.tif", {Page{}});
  ReadOptions options;
  options.mask = path;
  EXPECT_THAT(test::message_of<ArgumentError>([&] { read_matrix(path, options); }),
              HasSubstr("mask does not apply to the format tiff"));
}

TEST(Tiff, DamageReachesNoStandardError) {
  const Page page{6, 5, COMPRESSION_LZW, 2, 0, {}};
  const std::string whole = test::read_file(write_tiff<std::uint16_t>("whole.tif", {page, page}));
  testing::internal::CaptureStderr();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    try {
      test::read_bytes("d.tif", bytes, test::as(FileFormat::tiff));
    } catch (const DataError&) {
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace hadal
