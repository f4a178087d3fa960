#include "tiff_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "hadal/error.hpp"

namespace hadal::io {
namespace {

std::string_view kind_of(std::uint16_t sample_format) {
  switch (sample_format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
      return "unsigned integers";
    case SAMPLEFORMAT_INT:
      return "signed integers";
    case SAMPLEFORMAT_IEEEFP:
      return "floating point numbers";
    default:
      return "complex or unknown numbers";
  }
}

std::string words(const PageType& type) {
  return fmt::format("{} x {} pixels, {}-bit {}", type.width, type.height, type.bits,
                     kind_of(type.sample_format));
}

bool is_readable(const PageType& type) {
  switch (type.sample_format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
    case SAMPLEFORMAT_INT:
      return type.bits == 8 || type.bits == 16 || type.bits == 32;
    case SAMPLEFORMAT_IEEEFP:
      return type.bits == 32 || type.bits == 64;
    default:
      return false;
  }
}

template <class Field>
Field field(TIFF* tiff, ttag_t tag) {
  Field value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

template <class Pixel, class Value>
void convert(const unsigned char* from, std::size_t count, Value* to) {
  for (std::size_t i = 0; i < count; ++i) {
    Pixel pixel;
    std::memcpy(&pixel, from + i * sizeof(Pixel), sizeof(Pixel));
    to[i] = static_cast<Value>(pixel);
  }
}

template <class Value>
using Convert = void (*)(const unsigned char*, std::size_t, Value*);

template <class Value>
Convert<Value> converter(const PageType& type) {
  if (type.sample_format == SAMPLEFORMAT_IEEEFP) {
    return type.bits == 32 ? convert<float, Value> : convert<double, Value>;
  }
  if (type.sample_format == SAMPLEFORMAT_INT) {
    return type.bits == 8    ? convert<std::int8_t, Value>
           : type.bits == 16 ? convert<std::int16_t, Value>
                             : convert<std::int32_t, Value>;
  }
  return type.bits == 8    ? convert<std::uint8_t, Value>
         : type.bits == 16 ? convert<std::uint16_t, Value>
                           : convert<std::uint32_t, Value>;
}

const Source& require_magic(const Source& source) {
  if (!is_tiff(source.bytes)) {
    refuse(source, "does not begin with the signature of a TIFF: not a TIFF file");
  }
  return source;
}

}  // namespace

bool is_tiff(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) ||
         bytes.starts_with("II+\0"sv) || bytes.starts_with("MM\0+"sv);
}

TiffPages::TiffPages(const Source& source) : source_(source), file_(require_magic(source)) {
  type_ = read_type(0);
  require_size(source_, 1, std::uint64_t{type_.width} * type_.height, 0);
  do {
    const Index frame = frames();
    if (const PageType type = read_type(frame); type != type_) {
      refuse_page(frame, fmt::format("{}: expected {}, as on page 1", words(type), words(type_)));
    }
    require_codec(frame);
    offsets_.push_back(TIFFCurrentDirOffset(file_));
    file_.forget_messages();
  } while (TIFFReadDirectory(file_) != 0);
  // libtiff says the same at the end of the file and at a page that it cannot read.
  if (TIFFLastDirectory(file_) == 0 || !file_.error().empty()) {
    refuse_page(frames(), fmt::format("cannot be read: {}: expected a complete, undamaged TIFF",
                                      file_.error()));
  }
  require_link(frames() - 1);
  require_all_images();
}

/// A directory that is cut off within its link to the next one is the last one to libtiff.
void TiffPages::require_link(Index frame) const {
  const bool big = TIFFIsBigTIFF(file_) != 0;
  const std::size_t count_bytes = big ? 8 : 2, entry_bytes = big ? 20 : 12,
                    link_bytes = big ? 8 : 4;
  const std::string_view bytes = source_.bytes;
  const std::size_t offset = offsets_[static_cast<std::size_t>(frame)];
  const bool little = bytes.front() == 'I';
  std::uint64_t count = 0;
  for (std::size_t k = 0; k < count_bytes; ++k) {
    const std::size_t at = offset + (little ? count_bytes - 1 - k : k);
    count = count << 8 | static_cast<unsigned char>(bytes.at(at));
  }
  // libtiff has read all the entries, so that none of this can overflow.
  if (offset + count_bytes + count * entry_bytes + link_bytes <= bytes.size()) return;
  refuse_page(frame, "ends within its description: expected a complete, undamaged TIFF");
}

void TiffPages::refuse_page(Index frame, std::string_view message) const {
  throw DataError(fmt::format("{}, page {}: {}", source_.name, frame + 1, message));
}

PageType TiffPages::read_type(Index frame) const {
  constexpr std::uint16_t unset = 0xFFFF;
  std::uint16_t photometric = unset;
  TIFFGetField(file_, TIFFTAG_PHOTOMETRIC, &photometric);
  const auto samples = field<std::uint16_t>(file_, TIFFTAG_SAMPLESPERPIXEL);
  const bool is_grey = photometric == PHOTOMETRIC_MINISBLACK ||
                       photometric == PHOTOMETRIC_MINISWHITE || photometric == unset;
  if (samples != 1 || !is_grey) {
    refuse_page(frame, fmt::format("{} sample{} a pixel, photometric interpretation {}: expected a "
                                   "grey page, one sample a pixel",
                                   samples, samples == 1 ? "" : "s",
                                   photometric == unset ? "unknown" : std::to_string(photometric)));
  }
  const PageType type{field<std::uint32_t>(file_, TIFFTAG_IMAGEWIDTH),
                      field<std::uint32_t>(file_, TIFFTAG_IMAGELENGTH),
                      field<std::uint16_t>(file_, TIFFTAG_BITSPERSAMPLE),
                      field<std::uint16_t>(file_, TIFFTAG_SAMPLEFORMAT)};
  if (!is_readable(type)) {
    refuse_page(frame, fmt::format("{}: expected integers of 8, 16 or 32 bits or floating point "
                                   "numbers of 32 or 64 bits",
                                   words(type)));
  }
  if (const auto depth = field<std::uint32_t>(file_, TIFFTAG_IMAGEDEPTH); depth != 1) {
    refuse_page(frame, fmt::format("{} layers in depth: expected 1", depth));
  }
  return type;
}

void TiffPages::require_codec(Index frame) const {
  const auto compression = field<std::uint16_t>(file_, TIFFTAG_COMPRESSION);
  // The JPEG of TIFF 6.0 was withdrawn; what libtiff can do for it is guesswork.
  if (TIFFIsCODECConfigured(compression) == 0 || compression == COMPRESSION_OJPEG) {
    refuse_page(frame, fmt::format("compression {}: expected one that libtiff reads", compression));
  }
  require_room(frame, std::uint64_t{type_.width} * type_.height * bytes_per_pixel(), "the pixels");
}

void TiffPages::require_room(Index frame, std::uint64_t bytes, std::string_view what) const {
  const bool is_plain = field<std::uint16_t>(file_, TIFFTAG_COMPRESSION) == COMPRESSION_NONE;
  if (bytes / (is_plain ? 1 : most_tiff_expansion) > source_.bytes.size()) {
    refuse_page(frame, fmt::format("a file of {} bytes cannot hold {}, {} bytes: it is truncated",
                                   source_.bytes.size(), what, bytes));
  }
  require_memory(source_, bytes);
}

/// ImageJ writes a stack beyond 4 GiB as one page, followed by pixels that no page tells of.
void TiffPages::require_all_images() const {
  if (frames() != 1) return;
  const char* text = nullptr;
  if (TIFFGetField(file_, TIFFTAG_IMAGEDESCRIPTION, &text) == 0 || text == nullptr) return;
  const std::string_view description(text);
  constexpr std::string_view key = "\nimages=";
  const std::size_t at = description.find(key);
  if (!description.starts_with("ImageJ=") || at == std::string_view::npos) return;
  const long images = std::strtol(text + at + key.size(), nullptr, 10);
  if (images <= 1) return;
  refuse(source_, fmt::format("ImageJ's description says {} images and there is 1 page: expected "
                              "a page for each; save the stack as BigTIFF",
                              images));
}

void TiffPages::go_to(Index frame) {
  const std::uint64_t offset = offsets_[static_cast<std::size_t>(frame)];
  file_.forget_messages();
  if (TIFFCurrentDirOffset(file_) == offset || TIFFSetSubDirectory(file_, offset) != 0) return;
  refuse_page(frame, fmt::format("cannot be read: {}", file_.error()));
}

TiffPages::Block TiffPages::block_of(Index frame) const {
  Block block{type_.width, type_.height, TIFFIsTiled(file_) != 0};
  if (block.is_tile) {
    block.width = field<std::uint32_t>(file_, TIFFTAG_TILEWIDTH);
    block.height = field<std::uint32_t>(file_, TIFFTAG_TILELENGTH);
  } else {
    block.height = std::min(block.height, field<std::uint32_t>(file_, TIFFTAG_ROWSPERSTRIP));
  }
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (block.width == 0 || block.height == 0 || std::uint64_t{block.width} * block.height > most) {
    refuse_page(frame,
                fmt::format("{} of {} x {} pixels: expected 1 to {} pixels",
                            block.is_tile ? "tiles" : "strips", block.width, block.height, most));
  }
  return block;
}

void TiffPages::decode(Index frame, std::uint32_t block, std::uint64_t bytes, bool is_tile) {
  const auto size = static_cast<tmsize_t>(bytes);
  file_.forget_messages();  // about the page's description, which was good enough
  const tmsize_t found = is_tile ? TIFFReadEncodedTile(file_, block, buffer_.data(), size)
                                 : TIFFReadEncodedStrip(file_, block, buffer_.data(), size);
  // A JPEG that ends too early is filled with grey, and only a warning says so.
  const bool is_jpeg = field<std::uint16_t>(file_, TIFFTAG_COMPRESSION) == COMPRESSION_JPEG;
  const std::string_view message =
      file_.error().empty() && is_jpeg ? file_.warning() : file_.error();
  if (found == size && message.empty()) return;
  refuse_page(frame, fmt::format("{} {} cannot be decoded: {}: expected {} bytes of pixels",
                                 is_tile ? "tile" : "strip", block,
                                 message.empty() ? "it is too short" : message, bytes));
}

template <class Value>
void TiffPages::read(Index frame, Value* pixels) {
  go_to(frame);
  const Block block = block_of(frame);
  const std::uint64_t row_bytes = block.width * bytes_per_pixel();
  require_room(frame, row_bytes * block.height, block.is_tile ? "a tile" : "a strip");
  buffer_.resize(row_bytes * block.height);
  const Convert<Value> convert_row = converter<Value>(type_);
  std::uint32_t index = 0;
  for (std::uint64_t top = 0; top < type_.height; top += block.height) {
    const std::uint64_t rows = std::min<std::uint64_t>(block.height, type_.height - top);
    for (std::uint64_t left = 0; left < type_.width; left += block.width) {
      decode(frame, index++, row_bytes * (block.is_tile ? block.height : rows), block.is_tile);
      const std::uint64_t columns = std::min<std::uint64_t>(block.width, type_.width - left);
      for (std::uint64_t y = 0; y < rows; ++y) {
        convert_row(&buffer_[y * row_bytes], columns, pixels + (top + y) * type_.width + left);
      }
    }
  }
  require_finite(frame, pixels);
}

template <class Value>
void TiffPages::require_finite(Index frame, const Value* pixels) const {
  const Value* const end = pixels + shape().pixels();
  const Value* const bad = std::find_if(pixels, end, [](Value value) { return std::isinf(value); });
  if (bad == end) return;
  const Index at = bad - pixels;
  refuse_page(
      frame,
      fmt::format("pixel ({}, {}): value {}: expected a number of at most {}, or NaN "
                  "where missing",
                  at % type_.width, at / type_.width, *bad, std::numeric_limits<Value>::max()));
}

template void TiffPages::read(Index, float*);
template void TiffPages::read(Index, double*);

}  // namespace hadal::io
