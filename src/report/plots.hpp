#pragma once

#include <nlohmann/json.hpp>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// What page/report.js draws: convergence, singular values and cross-validation, as JSON.
nlohmann::json plot_data(const MatrixModel& model);

/// The figures that plot_data fills, with captions and descriptions for those who do not see them.
std::string plot_section(const MatrixModel& model);

}  // namespace hadal
