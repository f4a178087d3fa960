#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// How many of a movie's patterns are shown.
inline constexpr Index footprints_shown = 24;

/// The strongest patterns of a movie as a section of the report: for each, where it is (its v as a
/// picture) beside when it is seen (a canvas "trace-K" for its u). Empty for anything but a movie.
std::string footprint_section(const MatrixModel& model);

/// The traces of the patterns shown, for the page's script.
nlohmann::json footprint_traces(const MatrixModel& model);

}  // namespace hadal
