#pragma once

#include <string>
#include <vector>

#include "exit_code.hpp"
#include "files.hpp"
#include "fit_arguments.hpp"
#include "hadal/model/model_io.hpp"
#include "model_json.hpp"
#include "model_text.hpp"

namespace hadal::cli {

/// Keeps and prints a fitted model as its arguments ask; `data`: the files to check it with, and
/// their options.
/// Returns the exit code.
template <class Model>
int write_results(const FitArguments& arguments, const Model& model,
                  const std::vector<std::string>& data) {
  if (!arguments.out().empty()) save_model(arguments.out(), model);
  const std::filesystem::path& json = arguments.json();
  if (!json.empty()) write_text(json, model_json(model).dump(2) + "\n");
  if (json != "-") write_text("", model_text(model) + arguments.kept_text(data));
  const bool reached = model.stop == StopReason::tolerance || model.stop == StopReason::exhausted;
  return reached ? exit_done : exit_limit;
}

}  // namespace hadal::cli
