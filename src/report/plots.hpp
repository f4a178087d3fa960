#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hadal/model/fitted_model.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A figure that report.js draws into. description: for those who cannot see it.
std::string plot(const std::string& id, const std::string& title, const std::string& caption,
                 const std::string& description);

/// What report.js draws: the trace, the strengths of the patterns, the cross-validation. unit: of
/// held-out errors.
nlohmann::json plot_data(const FittedModel& model, const Vector& strengths,
                         const std::string& unit);

/// Of a cross-validation: adds to what report.js draws, and the figure; nothing where there was
/// none.
void add_path(const FittedModel& model, const std::string& unit, nlohmann::json& data);
std::string path_plot(const FittedModel& model);

/// The figures that it draws into, with captions; caption: that of the strengths.
std::string plot_section(const FittedModel& model, const Vector& strengths,
                         const std::string& caption);

}  // namespace hadal
