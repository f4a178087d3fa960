#pragma once

#include <nlohmann/json.hpp>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::cli {

/// What --json prints of a model: the keys of docs/command-line.md; NaN and infinity are null.
nlohmann::ordered_json model_json(const MatrixModel& model);
nlohmann::ordered_json model_json(const TensorModel& model);
nlohmann::ordered_json model_json(const DropoutModel& model);
nlohmann::ordered_json model_json(const NetworkModel& model);
nlohmann::ordered_json model_json(const DeepModel& model);

}  // namespace hadal::cli
