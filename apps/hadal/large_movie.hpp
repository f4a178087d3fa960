#pragma once

#include <filesystem>
#include <memory>

#include "hadal/data/read.hpp"
#include "hadal/data/row_source.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal::cli {

/// The movie at `path` where it is so large that it is streamed, see streamed_from, and all its
/// pixels are known; nothing where it is smaller or no movie, or a pixel is missing.
std::unique_ptr<MovieRows> large_movie(const std::filesystem::path& path,
                                       const ReadOptions& options);

/// Whether a fit to a large movie without missing pixels that gave this model was a streamed one.
bool is_streamed(const MatrixModel& model);

/// What a matrix read from the movie would say of itself, without its entries.
MatrixData names_of(const MovieRows& movie);

/// Throws DataError unless a fit of all pixels at once would fit into the memory that is free;
/// `reason` says why the movie is not streamed.
void require_memory_of_fit(const std::filesystem::path& path, const std::string& reason);

}  // namespace hadal::cli
