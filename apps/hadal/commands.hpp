#pragma once

#include "arguments.hpp"

/// Each function adds one command; when that command is called, `action` becomes what it does.
namespace hadal::cli {

void add_fit_command(CLI::App& app, Action& action);
void add_fit_tensor_command(CLI::App& fit, Action& action);
void add_fit_network_command(CLI::App& fit, Action& action);
void add_dropout_command(CLI::App& app, Action& action);
void add_predict_command(CLI::App& app, Action& action);
void add_verify_command(CLI::App& app, Action& action);
void add_inspect_command(CLI::App& app, Action& action);
void add_export_command(CLI::App& app, Action& action);
void add_report_command(CLI::App& app, Action& action);
void add_simulate_command(CLI::App& app, Action& action);
void add_simulate_movie_command(CLI::App& simulate, Action& action);
void add_simulate_tensor_command(CLI::App& simulate, Action& action);
void add_simulate_network_command(CLI::App& simulate, Action& action);

}  // namespace hadal::cli
