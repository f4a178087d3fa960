#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hadal/fit/matrix_fit.hpp"

namespace hadal {

/// Throws ArgumentError naming the option, what was given and what was expected, unless it holds.
void require_option(bool holds, const std::string& name, double given, const std::string& expected);

/// What the fits of all families refuse: options out of range.
void check_fit_options(const FitOptions& options);

/// Throws ArgumentError for categories that are not in increasing order, too few or too many, or of
/// a loss that has none. None at all are those of the data.
void check_categories(LossKind loss, const std::vector<std::int64_t>& categories);

/// What fit_matrix and fit_matrix_path refuse before they look at any data: throw ArgumentError for
/// an option out of range, or one that does not go with another.
void check_options(const MatrixFitOptions& options);
void check_path_options(const std::vector<double>& ratios, const MatrixFitOptions& options);

}  // namespace hadal
