#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "commands.hpp"
#include "csv.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/movie.hpp"
#include "hadal/data/write.hpp"
#include "hadal/model/model_io.hpp"
#include "predict_dropout.hpp"
#include "predict_network.hpp"
#include "predict_pairs.hpp"
#include "predict_tensor.hpp"
#include "reading.hpp"

namespace hadal::cli {
namespace {

/// The name of a row or column; its number where the model has no names.
std::string label(const std::vector<std::string>& labels, Index index) {
  return labels.empty() ? std::to_string(index) : labels[static_cast<std::size_t>(index)];
}

class PredictCommand {
 public:
  explicit PredictCommand(CLI::App& app);
  int run();

 private:
  void check_arguments() const;
  ReadOptions read_options(const MatrixModel& model) const {
    return reading_.over(read_options_from_json(model.read_options));
  }
  int run_tensor();
  int run_dropout();
  int run_network();
  void predict_file(const MatrixModel& model) const;
  void predict_best(const MatrixModel& model) const;
  void predict_matrix(const MatrixModel& model) const;
  void find_errors(const MatrixModel& model) const;
  std::vector<Index> seen_columns(const MatrixModel& model, Index row) const;

  std::filesystem::path model_, pairs_, seen_, errors_, targets_, out_;
  std::string row_;
  std::size_t top_ = 10;
  PredictWith with_ = PredictWith::best;
  bool all_ = false;
  CLI::Option *row_option_ = nullptr, *top_option_ = nullptr;
  ReadingArguments reading_;
};

PredictCommand::PredictCommand(CLI::App& app) {
  app.add_option("MODEL", model_, "Model file that a fit wrote")->required()->type_name("");
  app.add_option(
         "PAIRS", pairs_,
         "Delimited text with the identifiers of a row and a column on "
         "every line, and possibly the true value; with --errors, the data of the fit; of a "
         "tensor's model, a file with entries of the tensor; of a dropout model, inputs, a sample "
         "in every row; of a network, samples")
      ->type_name("")
      ->check(not_empty());
  constexpr const char* group = "What to predict (or PAIRS)";
  row_option_ = app.add_option("--row", row_, "The columns with the largest predictions in row ID")
                    ->type_name("ID")
                    ->group(group);
  top_option_ = app.add_option("--top", top_, "With --row: how many [10]")
                    ->type_name("N")
                    ->check(whole_number(1, std::numeric_limits<std::int32_t>::max()))
                    ->group(group);
  app.add_option("--seen", seen_, "With --row: leave out the columns this file has for the row")
      ->type_name("DATA")
      ->check(not_empty())
      ->group(group);
  app.add_option("--errors", errors_,
                 "Of a Huber model: the entries of PAIRS that it takes for gross errors, to this "
                 "CSV file")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--target-file", targets_,
                 "Of a network and samples in an NPY or IDX file: the true values, to compare with")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--all", all_, "Every entry: the completed matrix, picture or movie")->group(group);
  app.add_flag_callback(
      "--penalised", [this] { with_ = PredictWith::penalised; },
      "Use the penalised factors, even where the model has a refit");
  app.add_option("--out", out_,
                 "File for the predictions [standard output]; with --all, its "
                 "extension says how: .csv, .npy, .png or .tif")
      ->type_name("FILE")
      ->check(not_empty());
  reading_.add_to(app, true);
  app.footer(
      "Files are read as in the fit, except for the options given here.\n"
      "Examples:\n"
      "  hadal predict ratings.h5 test.csv --out predicted.csv\n"
      "  hadal predict ratings.h5 --row 42 --top 5 --seen ratings.csv\n"
      "  hadal predict sensors.h5 sensors.csv --errors gross.csv\n"
      "  hadal predict photo.h5 --all --out completed.png\n"
      "  hadal predict movie.h5 --all --out denoised.tif\n"
      "  hadal predict fluorescence.h5 --all --out fitted.npy\n"
      "  hadal predict dropout.h5 inputs.csv --out outputs.csv\n"
      "  hadal predict spirals.h5 new.csv --out classes.csv");
}

void PredictCommand::check_arguments() const {
  const int modes = !pairs_.empty() + (row_option_->count() > 0) + all_;
  if (modes != 1) {
    throw ArgumentError(
        fmt::format("{} given: expected one of a PAIRS file, --row and --all",
                    modes == 0 ? "nothing to predict was" : "several things to predict were"));
  }
  if (row_option_->count() == 0 && (top_option_->count() > 0 || !seen_.empty())) {
    throw ArgumentError("--top or --seen was given without --row: expected --row ID");
  }
  if (!errors_.empty() && (pairs_.empty() || !out_.empty())) {
    throw ArgumentError(
        "--errors FILE was given; expected with it the data of the fit and no --out");
  }
  if (all_ && out_.empty()) {
    throw ArgumentError("--all needs --out FILE.csv, FILE.npy, FILE.png or FILE.tif");
  }
  if (all_) require_extension(out_, "--out", {".csv", ".npy", ".png", ".tif", ".tiff"});
  require_input(model_, "model file");
  if (!pairs_.empty()) require_data(pairs_, "pairs file");
  if (!seen_.empty()) require_input(seen_, "--seen");
  if (!targets_.empty()) require_input(targets_, "--target-file");
  if (!out_.empty()) require_output(out_, "--out", {model_, pairs_, seen_});
  if (!errors_.empty()) require_output(errors_, "--errors", {model_, pairs_});
}

void PredictCommand::predict_file(const MatrixModel& model) const {
  const Pairs pairs = read_pairs(pairs_, read_options(model),
                                 {model.row_name, model.column_name, model.value_name});
  const PairPredictions predictions = predict_pairs(model, pairs, with_);
  const std::size_t count = pairs.row.size();
  if (static_cast<std::size_t>(predictions.unknown) == count) {
    throw DataError(fmt::format(
        "{}: the model knows none of its pairs; the first is {} '{}', {} '{}'", pairs_.string(),
        pairs.row_name, pairs.row.front(), pairs.column_name, pairs.column.front()));
  }
  write_text(out_, pairs_csv(pairs, predictions));
  // Where the pairs themselves go to standard output, the figures must not mix with them.
  std::FILE* stream = out_.empty() ? stderr : stdout;
  if (predictions.unknown > 0) {
    fmt::print(stderr,
               "{} of {} pairs have a row or column that the model does not know; their "
               "prediction is blank\n",
               predictions.unknown, count);
  }
  if (predictions.compared > 0) {
    fmt::print(stream, "{}  over {} values\n", predictions.errors, predictions.compared);
  }
}

std::vector<Index> PredictCommand::seen_columns(const MatrixModel& model, Index row) const {
  std::vector<Index> seen;
  if (seen_.empty()) return seen;
  Index dropped = 0;
  const MatrixData data =
      align_to_model(model, read_matrix(seen_, read_options(model)), true, &dropped);
  for (std::size_t k = 0; k < data.entries.row.size(); ++k) {
    if (data.entries.row[k] == row) seen.push_back(data.entries.column[k]);
  }
  return seen;
}

void PredictCommand::predict_best(const MatrixModel& model) const {
  const Index row = find_row(model, row_);
  std::string text = csv_field(model.column_name) + ",prediction\n";
  for (const auto& [column, value] :
       top_columns(model, row, top_, seen_columns(model, row), with_)) {
    text += fmt::format("{},{}\n", csv_field(label(model.column_labels, column)), value);
  }
  write_text(out_, text);
}

void PredictCommand::predict_matrix(const MatrixModel& model) const {
  const std::string extension = extension_of(out_);
  const bool tiff = extension == ".tif" || extension == ".tiff";
  if ((extension == ".png" && !model.picture) || (tiff && !model.movie)) {
    throw ArgumentError(
        fmt::format("--out '{}': the model was not fitted to a {}; expected a name that ends in "
                    ".csv or .npy",
                    out_.string(), tiff ? "movie" : "picture"));
  }
  if (tiff) {
    write_movie(out_, *model.movie, model.rows(), [&](Index frame, float* pixels) {
      const Vector row = predict_row(model, frame, with_);
      std::transform(row.begin(), row.end(), pixels,
                     [](double x) { return static_cast<float>(x); });
    });
    fmt::print("{}: {} x {}\n", out_.string(), model.rows(), model.columns());
    return;
  }
  const Factor dense = predict_all(model, with_);
  if (extension == ".png") write_png(out_, dense, *model.picture);
  if (extension == ".npy") write_npy(out_, dense);
  if (extension == ".csv") write_dense_csv(out_, dense);
  fmt::print("{}: {} x {}\n", out_.string(), dense.rows(), dense.cols());
}

void PredictCommand::find_errors(const MatrixModel& model) const {
  const MatrixData given = read_matrix(pairs_, read_options(model));
  const bool numbered = given.row_labels.empty() && given.column_labels.empty();
  if (numbered && (given.entries.rows != model.rows() || given.entries.columns != model.columns()))
    throw DataError(fmt::format("{}: a matrix of {} x {}; expected the data of the fit, {} x {}",
                                pairs_.string(), given.entries.rows, given.entries.columns,
                                model.rows(), model.columns()));
  const MatrixData data = align_to_model(model, given, false);
  const Entries& entries = data.entries;
  const std::vector<GrossError> errors = gross_errors(model, entries);
  std::string text = csv_field(model.row_name) + "," + csv_field(model.column_name) + "," +
                     csv_field(model.value_name) + ",prediction,error\n";
  for (const auto& [k, prediction, error] : errors) {
    text += fmt::format("{},{},{},{},{}\n", csv_field(label(model.row_labels, entries.row[k])),
                        csv_field(label(model.column_labels, entries.column[k])), entries.value[k],
                        prediction, error);
  }
  write_text(errors_, text);
  fmt::print("{}: {} of {} entries are gross errors, more than {:.6g} from their prediction\n",
             errors_.string(), errors.size(), entries.size(), model.huber_threshold);
}

int PredictCommand::run_tensor() {
  if (row_option_->count() > 0 || !errors_.empty() || reading_.given())
    throw ArgumentError(
        "the model is one of a tensor; expected --all --out FILE.npy, or a file with entries");
  const TensorModel model = load_tensor_model(model_);
  if (all_) {
    require_extension(out_, "--out", {".npy"});
    predict_whole_tensor(model, with_, out_);
  } else {
    predict_tensor_entries(model, with_, pairs_, out_);
  }
  return exit_done;
}

int PredictCommand::run_dropout() {
  if (row_option_->count() > 0 || !errors_.empty() || with_ != PredictWith::best)
    throw ArgumentError(
        "the model is one of dropout; expected --all --out FILE, or a file with inputs and --out");
  const DropoutModel model = load_dropout_model(model_);
  if (out_.empty()) throw ArgumentError("a dropout model predicts whole rows: expected --out FILE");
  require_extension(out_, "--out", {".npy", ".csv"});
  predict_outputs(model, pairs_, reading_.over(read_options_from_json(model.read_options)), out_);
  return exit_done;
}

int PredictCommand::run_network() {
  if (row_option_->count() > 0 || !errors_.empty() || all_ || reading_.given())
    throw ArgumentError("the model is a network; expected a file with samples to predict for");
  if (model_kind(model_) == ModelKind::deep)
    predict_samples(load_deep_model(model_), pairs_, targets_, out_);
  else
    predict_samples(load_network_model(model_), pairs_, targets_, out_);
  return exit_done;
}

int PredictCommand::run() {
  check_arguments();
  const ModelKind kind = model_kind(model_);
  if (kind == ModelKind::tensor) return run_tensor();
  if (kind == ModelKind::dropout) return run_dropout();
  if (kind == ModelKind::network || kind == ModelKind::deep) return run_network();
  const MatrixModel model = load_model(model_);
  if (!errors_.empty()) {
    find_errors(model);
  } else if (all_) {
    predict_matrix(model);
  } else if (!pairs_.empty()) {
    predict_file(model);
  } else {
    predict_best(model);
  }
  return exit_done;
}

}  // namespace

void add_predict_command(CLI::App& app, Action& action) {
  CLI::App* predict =
      app.add_subcommand("predict", "Predict entries, the best columns of a row, or everything");
  const auto command = std::make_shared<PredictCommand>(*predict);
  predict->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
