#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

/// libpng's state for writing. libpng reports an error by jumping back to where `setjmp` was
/// called, so the function that calls it holds no object with a destructor.
class Encoder {
 public:
  Encoder() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw std::bad_alloc();
    }
    png_set_write_fn(png_, this, on_write, nullptr);
  }
  ~Encoder() { png_destroy_write_struct(&png_, &info_); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  std::vector<unsigned char> encode(const PictureShape& shape, png_bytepp rows) {
    if (!try_encode(shape, rows)) {
      throw Error(fmt::format("a PNG of {} x {} pixels cannot be encoded: {}", shape.height,
                              shape.width, message_.data()));
    }
    return std::move(bytes_);
  }

 private:
  bool try_encode(const PictureShape& shape, png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(shape.width),
                 static_cast<png_uint_32>(shape.height), shape.bit_depth,
                 shape.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    png_write_image(png_, rows);
    png_write_end(png_, nullptr);
    return true;
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<Encoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_.data(), message, self.message_.size() - 1);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_write(png_structp png, png_bytep bytes, std::size_t count) {
    auto& self = *static_cast<Encoder*>(png_get_io_ptr(png));
    // An exception must not pass through libpng.
    try {
      self.bytes_.insert(self.bytes_.end(), bytes, bytes + count);
      return;
    } catch (const std::bad_alloc&) {
    }
    png_error(png, "out of memory");
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<unsigned char> bytes_;
  std::array<char, 128> message_{};
};

void check(const Factor& dense, const PictureShape& shape) {
  if ((shape.channels != 1 && shape.channels != 3) ||
      (shape.bit_depth != 8 && shape.bit_depth != 16)) {
    throw ArgumentError(
        fmt::format("a picture of {} channels of {} bits: expected 1 or 3 channels of 8 or 16 bits",
                    shape.channels, shape.bit_depth));
  }
  if (shape.height < 1 || shape.width < 1 || dense.rows() != shape.height ||
      dense.cols() % shape.channels != 0 || dense.cols() / shape.channels != shape.width) {
    throw ArgumentError(
        fmt::format("a {} x {} matrix as a picture: expected {} rows (height) and "
                    "{} x {} columns (channels x width), all at least 1",
                    dense.rows(), dense.cols(), shape.height, shape.channels, shape.width));
  }
  for (Index i = 0; i < dense.rows(); ++i) {
    for (Index j = 0; j < dense.cols(); ++j) {
      if (!std::isnan(dense(i, j))) continue;
      throw ArgumentError(
          fmt::format("row {}, column {} of a picture is NaN: expected a number", i, j));
    }
  }
}

}  // namespace

std::vector<unsigned char> encode_png(const Factor& dense, const PictureShape& shape) {
  check(dense, shape);
  const double most = shape.bit_depth == 16 ? 65535 : 255;
  const std::size_t bytes_per_sample = shape.bit_depth == 16 ? 2 : 1;
  const std::size_t row_bytes = static_cast<std::size_t>(dense.cols()) * bytes_per_sample;
  std::vector<png_byte> samples;
  samples.reserve(static_cast<std::size_t>(dense.rows()) * row_bytes);
  for (Index y = 0; y < shape.height; ++y) {
    for (Index x = 0; x < shape.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) {
        const double value = std::clamp(dense(y, c * shape.width + x), 0.0, most);
        const auto sample = static_cast<unsigned>(std::lround(value));
        if (shape.bit_depth == 16) samples.push_back(static_cast<png_byte>(sample >> 8));
        samples.push_back(static_cast<png_byte>(sample & 0xFF));
      }
    }
  }
  std::vector<png_bytep> rows(static_cast<std::size_t>(shape.height));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = &samples[y * row_bytes];
  return Encoder().encode(shape, rows.data());
}

}  // namespace hadal
