#include <fmt/format.h>
#include <omp.h>

#include <exception>
#include <vector>

#include "hadal/data/row_source.hpp"
#include "hadal/error.hpp"
#include "source.hpp"
#include "tiff_pages.hpp"

namespace hadal {

/// The file is mapped once, for all threads.
struct MovieRows::Open {
  explicit Open(const std::filesystem::path& path) : file(path) { open_decoders(1); }

  /// Makes decoders for as many threads.
  void open_decoders(int threads) {
    while (static_cast<int>(pages.size()) < threads)
      pages.push_back(std::make_unique<io::TiffPages>(file.source()));
  }

  io::FileBytes file;
  std::vector<std::unique_ptr<io::TiffPages>> pages;
};

MovieRows::MovieRows(const std::filesystem::path& path) : open_(std::make_unique<Open>(path)) {}
MovieRows::~MovieRows() = default;

MovieShape MovieRows::shape() const { return open_->pages.front()->shape(); }
Index MovieRows::rows() const { return open_->pages.front()->frames(); }

void MovieRows::read(Index first, Index count, double* values) {
  if (first < 0 || count < 0 || first > rows() - count) {
    throw ArgumentError(fmt::format("{} rows from {}: expected rows from 0 to {} of {}", count,
                                    first, rows() - 1, open_->file.source().name));
  }
  const Index size = columns();
  std::exception_ptr failure;  // of the first frame that has one: none may leave the threads
  Index failed = first + count;
  open_->open_decoders(omp_get_max_threads());
#pragma omp parallel for schedule(static)
  for (Index t = first; t < first + count; ++t) {
    try {
      open_->pages[static_cast<std::size_t>(omp_get_thread_num())]->read(
          t, values + (t - first) * size);
    } catch (...) {
#pragma omp critical(movie_rows_failure)
      if (t < failed) {
        failed = t;
        failure = std::current_exception();
      }
    }
  }
  open_->file.release();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace hadal
