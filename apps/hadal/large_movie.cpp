#include "large_movie.hpp"

#include <fmt/format.h>

#include "hadal/data/memory.hpp"
#include "hadal/data/movie.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"

namespace hadal::cli {
namespace {

bool has_missing(RowSource& source) {
  bool missing = false;
  for_row_blocks(source, 0, source.rows(),
                 [&](Index, const Factor& block) { missing = missing || block.hasNaN(); });
  return missing;
}

}  // namespace

std::unique_ptr<MovieRows> large_movie(const std::filesystem::path& path,
                                       const ReadOptions& options) {
  const bool tiff =
      options.format == FileFormat::automatic ? is_movie(path) : options.format == FileFormat::tiff;
  if (!tiff || !options.mask.empty()) return nullptr;
  auto movie = std::make_unique<MovieRows>(path);
  if (movie->rows() * movie->columns() < streamed_from || has_missing(*movie)) return nullptr;
  return movie;
}

bool is_streamed(const MatrixModel& model) {
  const bool lifted = model.dictionary_u.given() || model.dictionary_v.given();
  return model.movie && model.structured() && !lifted && model.loss == LossKind::squared &&
         model.path.empty() && model.offset.policy == OffsetPolicy::mean;
}

MatrixData names_of(const MovieRows& movie) {
  MatrixData names;
  names.row_name = "frame";
  names.column_name = "pixel";
  names.movie = movie.shape();
  names.entries.rows = movie.rows();
  names.entries.columns = movie.columns();
  return names;
}

void require_memory_of_fit(const std::filesystem::path& path, const std::string& reason) {
  constexpr double bytes_per_pixel = 48;  // as measured, see docs/benchmarks.md
  const MovieReader movie(path);
  const double pixels =
      static_cast<double>(movie.frames()) * static_cast<double>(movie.width() * movie.height());
  const double needed = bytes_per_pixel * pixels;
  const auto free = static_cast<double>(available_memory());
  if (needed <= free) return;
  throw DataError(fmt::format(
      "{}: {} frames of {} x {} pixels need about {:.1f} GB of memory, {:.1f} are free; expected "
      "a smaller movie, or one that can be streamed: {}",
      path.string(), movie.frames(), movie.width(), movie.height(), needed / 1e9, free / 1e9,
      reason));
}

}  // namespace hadal::cli
