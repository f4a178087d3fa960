#pragma once

#include <filesystem>

#include "hadal/data/read.hpp"
#include "hadal/dropout/linear_data.hpp"

namespace hadal::cli {

/// A file as a dense matrix; throws DataError where an entry is missing.
Matrix read_dense(const std::filesystem::path& path, const ReadOptions& options);

/// The data of a linear network. With an input the rows of both files are samples, which become
/// columns; without one the file is the matrix itself.
dropout::LinearData read_linear_data(const std::filesystem::path& target,
                                     const std::filesystem::path& input,
                                     const ReadOptions& options);

}  // namespace hadal::cli
