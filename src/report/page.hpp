#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "hadal/model/fitted_model.hpp"
#include "hadal/report/report_files.hpp"

/// The parts that the reports of all families share, as HTML.
namespace hadal {

/// Names and values of a table.
using Rows = std::vector<std::pair<std::string, std::string>>;

/// The whole page; plots: what report.js draws.
std::string report_page(const std::string& title, const std::string& body,
                        const nlohmann::json& plots);

/// The title, how sure the result is, and a sentence that says what was found.
std::string report_header(const std::string& title, const FittedModel& model,
                          const std::string& lead);

std::string card(const std::string& label, const std::string& value);

/// `among`: see claim().
std::string certificate_section(const FittedModel& model, const std::string& objective_unit,
                                bool refit, const ReportFiles& files,
                                const std::string& among = "model of any size");

/// What there is to say of every fit: lambda, figures of the certificate, how it ended.
Rows fit_settings(const FittedModel& model);
std::string settings_section(const Rows& rows);

}  // namespace hadal
