#pragma once

#include <vector>

#include "hadal/fit/matrix_fit.hpp"

namespace hadal {

/// What fit_matrix and fit_matrix_path refuse before they look at any data: throw ArgumentError for
/// an option out of range, or one that does not go with another.
void check_options(const MatrixFitOptions& options);
void check_path_options(const std::vector<double>& ratios, const MatrixFitOptions& options);

}  // namespace hadal
