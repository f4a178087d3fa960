#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "hadal/data/matrix_data.hpp"

/// Movies: TIFF files whose pages, all grey and alike, are the frames.
namespace hadal {

/// Whether a file begins like a TIFF; false where it cannot be read.
bool is_movie(const std::filesystem::path& path);

/// Reads a movie a few frames at a time, so that it need not fit into memory. An object is to be
/// used by one thread at a time; different objects are independent.
class MovieReader {
 public:
  /// Checks the description of every page, not yet the pixels. Throws DataError naming the file,
  /// the page (from 1), what is there and what was expected.
  explicit MovieReader(const std::filesystem::path& path);
  ~MovieReader();
  MovieReader(MovieReader&&) noexcept;
  MovieReader& operator=(MovieReader&&) noexcept;

  Index frames() const;
  Index width() const;
  Index height() const;

  /// Frames first .. first + count - 1, one after the other, into count * height * width values, x
  /// fastest; NaN where missing. Integers are rounded to the nearest float (all of 8 and 16 bits
  /// are exact); infinity, and what is beyond the range of the type asked for, is refused
  /// (DataError). Throws ArgumentError for frames that there are not.
  void read(Index first, Index count, float* pixels);
  void read(Index first, Index count, double* pixels);

 private:
  template <class Value>
  void read_frames(Index first, Index count, Value* pixels);

  struct Open;
  std::unique_ptr<Open> open_;
};

/// How the pixels of a movie are stored.
enum class MovieSample {
  float32,  ///< NaN where missing
  uint16    ///< rounded and clipped to 0 .. 65535; refuses NaN
};

struct MovieFormat {
  MovieSample sample = MovieSample::float32;
  bool compress = true;  ///< deflate, with differences of neighbours; lossless
};

/// Writes `frames` pages atomically, holding one at a time; `fill` is called for frames 0, 1, ...
/// in order and sets all height * width pixels, x fastest. A BigTIFF where the file may exceed 4
/// GiB. Throws ArgumentError for a shape without pixels, with more than 2^31 - 1, for no frames,
/// and for a pixel that is infinite or, as uint16, NaN; Error where the file cannot be written.
void write_movie(const std::filesystem::path& path, const MovieShape& shape, Index frames,
                 const std::function<void(Index frame, float* pixels)>& fill,
                 const MovieFormat& format = {});

/// The rows of `dense` as frames; dense.cols() must be shape.pixels().
void write_movie(const std::filesystem::path& path, const Factor& dense, const MovieShape& shape,
                 const MovieFormat& format = {});

}  // namespace hadal
