#pragma once

#include <tiffio.h>

#include <cstring>
#include <functional>
#include <type_traits>

#include "support.hpp"

namespace hadal::test {

/// How `write_tiff` lays out a page.
struct Page {
  std::uint32_t width = 5, height = 4;
  int compression = COMPRESSION_NONE;
  std::uint32_t rows_per_strip = 3;
  std::uint32_t tile = 0;  ///< side of a tile; 0: strips
  /// Sets further fields, or others.
  std::function<void(TIFF*)> change;
};

template <class Pixel>
constexpr int sample_format() {
  return std::is_floating_point_v<Pixel> ? SAMPLEFORMAT_IEEEFP
         : std::is_signed_v<Pixel>       ? SAMPLEFORMAT_INT
                                         : SAMPLEFORMAT_UINT;
}

template <class Pixel>
void describe(TIFF* tiff, const Page& page) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(Pixel)));
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, sample_format<Pixel>());
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  if (page.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, page.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, page.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.rows_per_strip);
  }
  if (page.change) page.change(tiff);
}

/// The pixel of a frame that the tests expect at (x, y).
template <class Pixel>
Pixel pixel_at(int frame, std::uint32_t x, std::uint32_t y) {
  const int sign = std::is_signed_v<Pixel> && (x + y) % 2 == 1 ? -1 : 1;
  if constexpr (std::is_floating_point_v<Pixel>)
    return static_cast<Pixel>(sign * 0.1 * (30.0 * frame + 7.0 * y + x));
  // Where a type is too small for that, its lowest bits.
  return static_cast<Pixel>(sign * (30LL * frame + 7LL * y + x));
}

template <class Pixel>
void write_pixels(TIFF* tiff, const Page& page, int frame) {
  const std::uint32_t width = page.tile > 0 ? page.tile : page.width;
  const std::uint32_t height =
      page.tile > 0 ? page.tile : std::min(page.rows_per_strip, page.height);
  std::uint32_t block = 0;
  for (std::uint32_t top = 0; top < page.height; top += height) {
    for (std::uint32_t left = 0; left < page.width; left += width) {
      const std::uint32_t rows = page.tile > 0 ? height : std::min(height, page.height - top);
      std::vector<Pixel> pixels(std::size_t{width} * rows);
      for (std::uint32_t y = 0; y < rows; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
          pixels[y * width + x] = pixel_at<Pixel>(frame, left + x, top + y);
        }
      }
      const auto size = static_cast<tmsize_t>(pixels.size() * sizeof(Pixel));
      page.tile > 0 ? TIFFWriteEncodedTile(tiff, block, pixels.data(), size)
                    : TIFFWriteEncodedStrip(tiff, block, pixels.data(), size);
      ++block;
    }
  }
}

/// A TIFF of `pages` written by libtiff with `mode`, e.g. "w8b" for a big-endian BigTIFF.
template <class Pixel>
std::filesystem::path write_tiff(const std::string& name, const std::vector<Page>& pages,
                                 const char* mode = "w") {
  const auto path = temporary(name);
  TIFF* tiff = TIFFOpen(path.c_str(), mode);
  for (int frame = 0; frame < static_cast<int>(pages.size()); ++frame) {
    const Page& page = pages[static_cast<std::size_t>(frame)];
    describe<Pixel>(tiff, page);
    write_pixels<Pixel>(tiff, page, frame);
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return path;
}

/// The matrix that a movie of `frames` such pages should be.
template <class Pixel>
Factor expected_movie(int frames, const Page& page) {
  Factor result(frames, page.width * page.height);
  for (int t = 0; t < frames; ++t) {
    for (std::uint32_t y = 0; y < page.height; ++y) {
      for (std::uint32_t x = 0; x < page.width; ++x) {
        result(t, y * page.width + x) = static_cast<double>(pixel_at<Pixel>(t, x, y));
      }
    }
  }
  return result;
}

}  // namespace hadal::test
