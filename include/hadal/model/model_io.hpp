#pragma once

#include <filesystem>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// Writes the model as HDF5 (layout: docs/model-file.md), to a temporary that is then renamed.
/// Throws Error when the file cannot be written.
void save_model(const std::filesystem::path& path, const MatrixModel& model);

/// Reads what save_model wrote. Every shape, range and cross-reference is checked before use;
/// throws ModelError naming the file, the dataset or attribute, what it holds and what was
/// expected.
MatrixModel load_model(const std::filesystem::path& path);

}  // namespace hadal
