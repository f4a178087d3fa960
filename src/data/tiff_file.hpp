#pragma once

#include <tiffio.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string_view>

#include "source.hpp"

namespace hadal::io {

/// A file open in libtiff. What libtiff says about it is kept here and reaches neither standard
/// error nor another file.
class TiffFile {
 public:
  /// For reading: all of `source`, which must outlive this object. Throws DataError where libtiff
  /// finds no first page.
  explicit TiffFile(const Source& source);
  /// For writing, as BigTIFF where `big`. Throws Error where it cannot be created.
  TiffFile(const std::filesystem::path& path, bool big);

  operator TIFF*() const { return tiff_.get(); }

  std::string_view error() const { return state_->error.data(); }
  std::string_view warning() const { return state_->warning.data(); }
  void forget_messages();

 private:
  /// Its address is libtiff's, so that it must not move. The texts have a fixed size because no
  /// exception may pass through libtiff.
  struct State {
    std::string_view bytes;
    std::uint64_t position = 0;
    std::array<char, 256> error{}, warning{};
  };
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  static int on_error(TIFF*, void* state, const char*, const char* format, va_list values);
  static int on_warning(TIFF*, void* state, const char*, const char* format, va_list values);
  static tmsize_t read(thandle_t handle, void* target, tmsize_t count);
  static toff_t seek(thandle_t handle, toff_t offset, int from);

  std::unique_ptr<State> state_ = std::make_unique<State>();
  std::unique_ptr<TIFF, Close> tiff_;
};

/// What no codec exceeds by far: the bytes that a compressed byte can stand for (the runs of
/// Zstandard reach about 40000). Larger claims are refused before memory is taken for them.
inline constexpr std::uint64_t most_tiff_expansion = 65536;

}  // namespace hadal::io
