#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "tiff_file.hpp"

namespace hadal::io {

/// Whether `bytes` begin like a TIFF or BigTIFF, in either byte order.
bool is_tiff(std::string_view bytes);

/// What every page of a movie has in common.
struct PageType {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 0;           ///< of a pixel: 8, 16, 32 or, for a float, 64
  std::uint16_t sample_format = 0;  ///< libtiff's word for unsigned, signed or float

  bool operator==(const PageType&) const = default;
};

/// The pages of a TIFF as the frames of a movie: all pages are checked to be grey and alike, then
/// frames are decoded one by one. Throws DataError naming the file, the page (from 1), what is
/// there and what was expected.
class TiffPages {
 public:
  /// `source` must outlive this object.
  explicit TiffPages(const Source& source);

  Index frames() const { return static_cast<Index>(offsets_.size()); }
  MovieShape shape() const { return {type_.height, type_.width}; }

  /// The stored values of frame `frame`, shape().pixels() of them, NaN where missing; refuses
  /// infinity and what is beyond the range of Value. Value: float or double.
  template <class Value>
  void read(Index frame, Value* pixels);

 private:
  /// A strip or a tile: the unit in which pixels are stored.
  struct Block {
    std::uint32_t width = 0, height = 0;
    bool is_tile = false;
  };

  [[noreturn]] void refuse_page(Index frame, std::string_view message) const;
  PageType read_type(Index frame) const;
  void require_codec(Index frame) const;
  void require_room(Index frame, std::uint64_t bytes, std::string_view what) const;
  void require_link(Index frame) const;
  void require_all_images() const;
  void go_to(Index frame);
  Block block_of(Index frame) const;
  void decode(Index frame, std::uint32_t block, std::uint64_t bytes, bool is_tile);
  template <class Value>
  void require_finite(Index frame, const Value* pixels) const;
  std::size_t bytes_per_pixel() const { return type_.bits / 8u; }

  Source source_;
  TiffFile file_;
  PageType type_;
  std::vector<std::uint64_t> offsets_;  ///< of the pages' directories
  std::vector<unsigned char> buffer_;   ///< the block decoded last
};

}  // namespace hadal::io
