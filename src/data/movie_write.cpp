#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hadal/data/movie.hpp"
#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "tiff_file.hpp"

namespace hadal {
namespace {

void check(const MovieShape& shape, Index frames) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (shape.height >= 1 && shape.width >= 1 && frames >= 1 && shape.height <= most / shape.width &&
      frames <= most) {
    return;
  }
  throw ArgumentError(
      fmt::format("a movie of {} frames of {} x {} pixels: expected at least one and at most {} "
                  "frames and pixels",
                  frames, shape.width, shape.height, most));
}

Index bytes_per_pixel(const MovieFormat& format) {
  return format.sample == MovieSample::float32 ? 4 : 2;
}

/// Whether the offsets of the file may need more than 32 bits, with room for what deflate may add
/// and for the descriptions of the pages.
bool needs_big_tiff(const MovieShape& shape, Index frames, const MovieFormat& format) {
  constexpr double most = 4e9, description = 512, expansion = 1.01;
  const auto page = static_cast<double>(shape.pixels() * bytes_per_pixel(format));
  return static_cast<double>(frames) * (page * expansion + description) > most;
}

class Pages {
 public:
  Pages(const std::filesystem::path& path, const MovieShape& shape, Index frames,
        const MovieFormat& format)
      : name_(path.string()),
        shape_(shape),
        format_(format),
        file_(path, needs_big_tiff(shape, frames, format)) {
    constexpr Index strip_bytes = Index{1} << 26;
    const Index row_bytes = shape.width * bytes_per_pixel(format);
    rows_per_strip_ = std::clamp<Index>(strip_bytes / row_bytes, 1, shape.height);
  }

  /// May change `pixels`.
  void append(Index frame, std::vector<float>& pixels) {
    check_pixels(frame, pixels);
    describe();
    if (format_.sample == MovieSample::float32) {
      write_strips(pixels.data());
    } else {
      rounded_.resize(pixels.size());
      std::transform(pixels.begin(), pixels.end(), rounded_.begin(), [](float value) {
        return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0F, 65535.0F)));
      });
      write_strips(rounded_.data());
    }
    require(TIFFWriteDirectory(file_) != 0);
  }

 private:
  void check_pixels(Index frame, const std::vector<float>& pixels) const {
    const bool allows_nan = format_.sample == MovieSample::float32;
    const auto bad = std::find_if(pixels.begin(), pixels.end(), [&](float value) {
      return std::isinf(value) || (std::isnan(value) && !allows_nan);
    });
    if (bad == pixels.end()) return;
    const Index at = bad - pixels.begin();
    throw ArgumentError(fmt::format("frame {}, pixel ({}, {}) is {}: expected a finite number{}",
                                    frame, at % shape_.width, at / shape_.width, *bad,
                                    allows_nan ? ", or NaN where missing" : ""));
  }

  void describe() {
    const bool real = format_.sample == MovieSample::float32;
    set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(shape_.width));
    set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(shape_.height));
    set(TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * bytes_per_pixel(format_)));
    set(TIFFTAG_SAMPLEFORMAT, real ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    set(TIFFTAG_SAMPLESPERPIXEL, 1);
    set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    set(TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows_per_strip_));
    set(TIFFTAG_COMPRESSION, format_.compress ? COMPRESSION_ADOBE_DEFLATE : COMPRESSION_NONE);
    if (format_.compress) {
      set(TIFFTAG_PREDICTOR, real ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
    }
  }

  template <class Value>
  void set(ttag_t tag, Value value) {
    require(TIFFSetField(file_, tag, value) != 0);
  }

  template <class Pixel>
  void write_strips(Pixel* pixels) {
    std::uint32_t strip = 0;
    for (Index top = 0; top < shape_.height; top += rows_per_strip_) {
      const Index count = std::min(rows_per_strip_, shape_.height - top) * shape_.width;
      const auto size = static_cast<tmsize_t>(count * static_cast<Index>(sizeof(Pixel)));
      require(TIFFWriteEncodedStrip(file_, strip++, pixels + top * shape_.width, size) == size);
    }
  }

  void require(bool done) const {
    if (!done) throw Error(fmt::format("{}: cannot be written: {}", name_, file_.error()));
  }

  std::string name_;
  MovieShape shape_;
  MovieFormat format_;
  io::TiffFile file_;
  Index rows_per_strip_ = 1;
  std::vector<std::uint16_t> rounded_;
};

}  // namespace

void write_movie(const std::filesystem::path& path, const MovieShape& shape, Index frames,
                 const std::function<void(Index frame, float* pixels)>& fill,
                 const MovieFormat& format) {
  check(shape, frames);
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    Pages pages(temporary, shape, frames, format);
    std::vector<float> pixels(static_cast<std::size_t>(shape.pixels()));
    for (Index t = 0; t < frames; ++t) {
      fill(t, pixels.data());
      pages.append(t, pixels);
    }
  });
}

void write_movie(const std::filesystem::path& path, const Factor& dense, const MovieShape& shape,
                 const MovieFormat& format) {
  check(shape, dense.rows());
  if (dense.cols() != shape.pixels()) {
    throw ArgumentError(
        fmt::format("a {} x {} matrix as a movie of {} x {} pixels: expected {} "
                    "columns",
                    dense.rows(), dense.cols(), shape.width, shape.height, shape.pixels()));
  }
  write_movie(
      path, shape, dense.rows(),
      [&](Index frame, float* pixels) {
        Eigen::Map<Eigen::RowVectorXf>(pixels, dense.cols()) = dense.row(frame).cast<float>();
      },
      format);
}

}  // namespace hadal
