#pragma once

#include <filesystem>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal {

/// The families of models that have files.
enum class ModelKind { matrix, tensor, dropout, network, deep };

/// What kind of model a file holds; throws ModelError where it is none.
ModelKind model_kind(const std::filesystem::path& path);

/// Writes the model as HDF5 (layout: docs/model-file.md), to a temporary that is then renamed.
/// Throws Error when the file cannot be written.
void save_model(const std::filesystem::path& path, const MatrixModel& model);
void save_model(const std::filesystem::path& path, const TensorModel& model);
void save_model(const std::filesystem::path& path, const DropoutModel& model);
void save_model(const std::filesystem::path& path, const NetworkModel& model);
void save_model(const std::filesystem::path& path, const DeepModel& model);

/// Reads what save_model wrote. Every shape, range and cross-reference is checked before use;
/// throws ModelError naming the file, the dataset or attribute, what it holds and what was
/// expected.
MatrixModel load_model(const std::filesystem::path& path);
TensorModel load_tensor_model(const std::filesystem::path& path);
DropoutModel load_dropout_model(const std::filesystem::path& path);
NetworkModel load_network_model(const std::filesystem::path& path);
DeepModel load_deep_model(const std::filesystem::path& path);

}  // namespace hadal
