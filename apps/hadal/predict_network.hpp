#pragma once

#include <filesystem>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/network_model.hpp"

namespace hadal::cli {

/// Writes what the model predicts for every sample of a file: the values of a regression; the most
/// probable class and the probability of every class of a classification. Where the file has
/// targets, says how well they were met.
void predict_samples(const NetworkModel& model, const std::filesystem::path& samples,
                     const std::filesystem::path& targets, const std::filesystem::path& out);
void predict_samples(const DeepModel& model, const std::filesystem::path& samples,
                     const std::filesystem::path& targets, const std::filesystem::path& out);

}  // namespace hadal::cli
