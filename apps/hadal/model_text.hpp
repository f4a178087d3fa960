#pragma once

#include <string>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::cli {

/// One line of a summary: a label, padded, and what it says.
std::string text_line(const std::string& label, const std::string& text);

/// The few lines that say what was found, how well it is proved and how well it predicts.
std::string model_text(const MatrixModel& model);
std::string model_text(const TensorModel& model);
std::string model_text(const DropoutModel& model);
std::string model_text(const NetworkModel& model);
std::string model_text(const DeepModel& model);

}  // namespace hadal::cli
