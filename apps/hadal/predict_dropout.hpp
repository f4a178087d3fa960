#pragma once

#include <filesystem>

#include "hadal/data/read.hpp"
#include "hadal/model/dropout_model.hpp"

namespace hadal::cli {

/// Writes what the network makes, without noise, of the inputs in a file (a sample in every row),
/// or where no file is named and the model has no input, its product.
void predict_outputs(const DropoutModel& model, const std::filesystem::path& inputs,
                     const ReadOptions& options, const std::filesystem::path& out);

}  // namespace hadal::cli
