#pragma once

#include <CLI/CLI.hpp>

#include "hadal/data/read_samples.hpp"
#include "hadal/model/sample_model.hpp"

namespace hadal::cli {

/// The options that say how samples are read.
class SampleReadingArguments {
 public:
  SampleReadingArguments() = default;
  SampleReadingArguments(const SampleReadingArguments&) = delete;  // the options hold its address
  SampleReadingArguments& operator=(const SampleReadingArguments&) = delete;

  void add_to(CLI::App& app);
  SampleReadOptions options() const { return options_; }

 private:
  SampleReadOptions options_;
};

/// Reads samples as the model's were; targets: the file of the targets of arrays, or empty;
/// target_column: the column of a table that holds the target, where its name is not the model's.
SampleData read_samples_like(const SampleModel& model, const std::filesystem::path& path,
                             const std::filesystem::path& targets,
                             const std::string& target_column = "");

}  // namespace hadal::cli
