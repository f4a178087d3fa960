#pragma once

#include <filesystem>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/network_model.hpp"

namespace hadal {

/// Writes a network as a model of ONNX (operators of version 13, of ai.onnx.ml version 2), for
/// programs such as ONNX Runtime.
///
/// Its input `inputs`, samples x inputs, holds a sample's columns as the model's encoding makes
/// them
/// (`input_names` in the file's metadata, a list in JSON): categories as 0 and 1, a picture row by
/// row, the channels of a pixel side by side. Standardisation is part of the graph. Its outputs are
/// `predictions`, samples x outputs, of a regression; of a classification `probabilities`, samples
/// x classes, and `label`, the name of the most probable class of every sample (`classes` in the
/// metadata, in order). Single precision: the values agree with predictions() to about 1e-6
/// relative, less where inputs are small beside their mean. Throws Error where the file cannot be
/// written, and for more than the 2 GiB that one file of ONNX can hold.
void write_onnx(const std::filesystem::path& path, const NetworkModel& model);
void write_onnx(const std::filesystem::path& path, const DeepModel& model);

}  // namespace hadal
