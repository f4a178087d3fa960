#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "hadal/error.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

/// libpng's state. libpng reports an error by jumping back to where `setjmp` was called, so the
/// functions that call it hold no object with a destructor.
class Decoder {
 public:
  explicit Decoder(const Source& source) : source_(source), rest_(source.bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      refuse(source_, "cannot be decoded: out of memory");
    }
    png_set_read_fn(png_, this, on_read);
  }
  ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void read_header() {
    if (!try_read_header()) fail();
  }
  void read_pixels(png_bytepp rows) {
    if (!try_read_pixels(rows)) fail();
  }

  // As stored in the file, after read_header.
  std::uint64_t stored_row_bytes = 0;
  // As decoded.
  png_uint_32 width = 0, height = 0;
  int channels = 0;  ///< 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha
  int bit_depth = 0;
  std::size_t row_bytes = 0;

 private:
  bool try_read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_info(png_, info_);
    stored_row_bytes = png_get_rowbytes(png_, info_);
    // To whole bytes: palettes to colours, small grey samples to eight bits, colour keys to alpha.
    png_set_expand(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    width = png_get_image_width(png_, info_);
    height = png_get_image_height(png_, info_);
    channels = png_get_channels(png_, info_);
    bit_depth = png_get_bit_depth(png_, info_);
    row_bytes = png_get_rowbytes(png_, info_);
    return true;
  }

  bool try_read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  [[noreturn]] void fail() const {
    refuse_byte(source_, source_.bytes.size() - rest_.size(),
                fmt::format("{}: expected a complete, undamaged PNG", message_.data()));
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<Decoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_.data(), message, self.message_.size() - 1);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep target, std::size_t count) {
    auto& self = *static_cast<Decoder*>(png_get_io_ptr(png));
    if (count > self.rest_.size()) png_error(png, "the file ends too early");
    std::memcpy(target, self.rest_.data(), count);
    self.rest_.remove_prefix(count);
  }

  Source source_;
  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::array<char, 128> message_{};
};

/// A decoded picture: samples of 8 or 16 bits (most significant byte first), pixel by pixel.
struct Pixels {
  std::vector<png_byte> bytes;
  std::size_t row_bytes = 0;
  Index width = 0, height = 0;
  int channels = 0;
  int bit_depth = 0;

  bool has_alpha() const { return channels % 2 == 0; }
  int colors() const { return has_alpha() ? channels - 1 : channels; }
  int sample(Index y, Index x, int channel) const {
    const std::size_t bytes_per_sample = bit_depth == 16 ? 2 : 1;
    const std::size_t at = static_cast<std::size_t>(y) * row_bytes +
                           static_cast<std::size_t>(x * channels + channel) * bytes_per_sample;
    return bit_depth == 16 ? bytes[at] << 8 | bytes[at + 1] : bytes[at];
  }
};

Pixels decode(const Source& source) {
  if (!source.bytes.starts_with("\x89PNG\r\n\x1a\n")) {
    refuse(source, "does not begin with the PNG signature: not a PNG file");
  }
  Decoder decoder(source);
  decoder.read_header();
  // Deflate expands at most 1032 to 1: a larger picture is refused before memory is taken for it.
  constexpr std::uint64_t most_expansion = 1032;
  if (decoder.stored_row_bytes * decoder.height / most_expansion > source.bytes.size()) {
    refuse(source, fmt::format("{} bytes cannot hold {} x {} pixels: the file is truncated",
                               source.bytes.size(), decoder.width, decoder.height));
  }
  require_memory(source, std::uint64_t{decoder.row_bytes} * decoder.height);
  Pixels pixels{std::vector<png_byte>(decoder.row_bytes * decoder.height),
                decoder.row_bytes,
                decoder.width,
                decoder.height,
                decoder.channels,
                decoder.bit_depth};
  std::vector<png_bytep> rows(decoder.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = &pixels.bytes[y * pixels.row_bytes];
  decoder.read_pixels(rows.data());
  return pixels;
}

void check_mask_color(const Source& source, const Pixels& pixels, const std::array<int, 3>& color) {
  const int most = pixels.bit_depth == 16 ? 65535 : 255;
  const bool in_range =
      std::all_of(color.begin(), color.end(), [&](int c) { return c >= 0 && c <= most; });
  const bool fits = pixels.colors() == 3 || (color[0] == color[1] && color[1] == color[2]);
  if (in_range && fits) return;
  throw ArgumentError(fmt::format("mask color {},{},{}: {} expects three {} numbers from 0 to {}",
                                  color[0], color[1], color[2], source.name,
                                  pixels.colors() == 1 ? "equal (it is grey)" : "whole", most));
}

bool is_missing(const Pixels& pixels, Index y, Index x,
                const std::optional<std::array<int, 3>>& mask_color) {
  if (pixels.has_alpha() && pixels.sample(y, x, pixels.channels - 1) == 0) return true;
  if (!mask_color) return false;
  for (int c = 0; c < pixels.colors(); ++c) {
    if (pixels.sample(y, x, c) != (*mask_color)[static_cast<std::size_t>(c)]) return false;
  }
  return true;
}

}  // namespace

MatrixData read_png(const Source& source, const ReadOptions& options) {
  const Pixels pixels = decode(source);
  if (options.mask_color) check_mask_color(source, pixels, *options.mask_color);

  MatrixData data;
  data.picture = PictureShape{pixels.height, pixels.width, pixels.colors(), pixels.bit_depth};
  Entries& entries = data.entries;
  entries.rows = pixels.height;
  entries.columns = pixels.width * pixels.colors();
  const auto count = static_cast<std::uint64_t>(entries.rows * entries.columns);
  require_size(source, static_cast<std::uint64_t>(entries.rows),
               static_cast<std::uint64_t>(entries.columns), count);
  entries.row.reserve(count);
  entries.column.reserve(count);
  entries.value.reserve(count);
  for (Index y = 0; y < pixels.height; ++y) {
    for (int c = 0; c < pixels.colors(); ++c) {
      for (Index x = 0; x < pixels.width; ++x) {
        if (is_missing(pixels, y, x, options.mask_color)) continue;
        entries.row.push_back(static_cast<std::int32_t>(y));
        entries.column.push_back(static_cast<std::int32_t>(c * pixels.width + x));
        entries.value.push_back(pixels.sample(y, x, c));
      }
    }
  }
  return data;
}

}  // namespace hadal::io
