#include <fmt/format.h>

#include <array>
#include <fstream>

#include "hadal/data/movie.hpp"
#include "hadal/error.hpp"
#include "source.hpp"
#include "tiff_pages.hpp"

namespace hadal {

bool is_movie(const std::filesystem::path& path) {
  std::array<char, 4> magic{};
  std::ifstream file(path, std::ios::binary);
  return file.read(magic.data(), magic.size()) && io::is_tiff({magic.data(), magic.size()});
}

struct MovieReader::Open {
  explicit Open(const std::filesystem::path& path) : file(path), pages(file.source()) {}

  io::FileBytes file;
  io::TiffPages pages;
};

MovieReader::MovieReader(const std::filesystem::path& path) : open_(std::make_unique<Open>(path)) {}
MovieReader::~MovieReader() = default;
MovieReader::MovieReader(MovieReader&&) noexcept = default;
MovieReader& MovieReader::operator=(MovieReader&&) noexcept = default;

Index MovieReader::frames() const { return open_->pages.frames(); }
Index MovieReader::width() const { return open_->pages.shape().width; }
Index MovieReader::height() const { return open_->pages.shape().height; }

template <class Value>
void MovieReader::read_frames(Index first, Index count, Value* pixels) {
  if (first < 0 || count < 0 || count > frames() || first > frames() - count) {
    throw ArgumentError(fmt::format("{} frames from {}: expected frames from 0 to {} of {}", count,
                                    first, frames() - 1, open_->file.source().name));
  }
  const Index size = open_->pages.shape().pixels();
  for (Index k = 0; k < count; ++k) open_->pages.read(first + k, pixels + k * size);
}

void MovieReader::read(Index first, Index count, float* pixels) {
  read_frames(first, count, pixels);
}
void MovieReader::read(Index first, Index count, double* pixels) {
  read_frames(first, count, pixels);
}

}  // namespace hadal
