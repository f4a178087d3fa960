#include "sample_reading.hpp"

#include "arguments.hpp"

namespace hadal::cli {

void SampleReadingArguments::add_to(CLI::App& app) {
  constexpr const char* group = "How the data file is read";
  add_choice<SampleFormat>(
      app, "--format",
      {{"auto", SampleFormat::automatic},
       {"table", SampleFormat::table},
       {"npy", SampleFormat::npy},
       {"idx", SampleFormat::idx},
       {"pictures", SampleFormat::pictures}},
      [this](SampleFormat f) { options_.format = f; }, "File format [auto: from the content]")
      ->group(group);
  app.add_option("--target", options_.target_field,
                 "Of a table: the column to predict, by its name or its position from 1; several, "
                 "separated by commas [the last]")
      ->type_name("COLUMN")
      ->check(not_empty())
      ->group(group);
  app.add_option("--target-file", options_.target_file,
                 "Of NPY or IDX inputs: the file with the targets or labels")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  add_choice<TaskChoice>(
      app, "--task",
      {{"auto", TaskChoice::automatic},
       {"regression", TaskChoice::regression},
       {"classification", TaskChoice::classification}},
      [this](TaskChoice t) { options_.task = t; },
      "What the targets are [auto: classes if texts, labels of pictures, or few different "
      "integers]")
      ->group(group);
  app.add_option("--weight-column", options_.weight_field,
                 "Of a table: the column with a weight > 0 for every sample")
      ->type_name("COLUMN")
      ->check(not_empty())
      ->group(group);
  add_choice<Missing>(
      app, "--missing", {{"error", Missing::error}, {"mean", Missing::mean}},
      [this](Missing m) { options_.missing = m; },
      "What to do with missing inputs: refuse them, or put the column's mean [error]")
      ->group(group);
  add_choice<Header>(
      app, "--header", {{"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}},
      [this](Header h) { options_.header = h; }, "Whether the first line names the columns [auto]")
      ->group(group);
}

SampleData read_samples_like(const SampleModel& model, const std::filesystem::path& path,
                             const std::filesystem::path& targets,
                             const std::string& target_column) {
  SampleReadOptions options = sample_read_options_from_json(model.read_options);
  options.target_file = targets;
  SampleData like = samples_like(model);
  if (!target_column.empty()) {
    like.target_names = {target_column};
    options.target_field = target_column;  // refused by what is no table
  }
  return read_samples(path, options, like);
}

}  // namespace hadal::cli
