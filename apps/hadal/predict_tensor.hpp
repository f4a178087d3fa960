#pragma once

#include <filesystem>

#include "hadal/model/predict.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::cli {

/// Writes every entry of the completed tensor as NPY, and says so on standard output. Throws
/// ArgumentError where that would take more than 8 GiB.
void predict_whole_tensor(const TensorModel& model, PredictWith with,
                          const std::filesystem::path& out);

/// Reads entries as the data of the fit were read and writes, as CSV, the indices of each from 0,
/// its value and its prediction, to `out` or to standard output. The error over all of them goes to
/// the other stream.
void predict_tensor_entries(const TensorModel& model, PredictWith with,
                            const std::filesystem::path& entries, const std::filesystem::path& out);

}  // namespace hadal::cli
