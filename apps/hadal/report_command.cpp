#include <fmt/format.h>

#include <memory>
#include <optional>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/report/deep_report.hpp"
#include "hadal/report/dropout_report.hpp"
#include "hadal/report/matrix_report.hpp"
#include "hadal/report/network_report.hpp"
#include "hadal/report/tensor_report.hpp"
#include "large_movie.hpp"
#include "reading.hpp"
#include "sample_reading.hpp"

namespace hadal::cli {
namespace {

class ReportCommand {
 public:
  explicit ReportCommand(CLI::App& app) {
    app.add_option("MODEL", model_, "Model file that a fit wrote")->required()->type_name("");
    app.add_option("--out", out_, "File for the page")
        ->required()
        ->type_name("REPORT.html")
        ->check(not_empty());
    app.add_option("--data", data_,
                   "Data of the fit: adds their figures and, for a picture, how "
                   "it was before")
        ->type_name("DATA")
        ->check(not_empty());
    app.add_option("--target-file", targets_,
                   "Of a network's model that was fitted to arrays: the file with the targets")
        ->type_name("FILE")
        ->check(not_empty());
    app.add_flag("--simplex", simplex_,
                 "Of a tensor's model: vectors of sum 1 in the modes that must not be negative [of "
                 "length 1]");
    reading_.add_to(app);
    app.footer(
        "Examples:\n"
        "  hadal report ratings.h5 --out ratings.html\n"
        "  hadal report photo.h5 --data photo.png --out photo.html\n"
        "  hadal report fluorescence.h5 --out fluorescence.html\n"
        "The page is one file that needs no network.");
  }

  int run() const {
    require_input(model_, "model file");
    if (!data_.empty()) require_data(data_, "data file");
    require_output(out_, "--out", {model_, data_});
    if (simplex_ && model_kind(model_) != ModelKind::tensor)
      throw ArgumentError("--simplex is for a tensor's model; expected none");
    write_text(out_, page());
    fmt::print("{}\n", out_.string());
    return exit_done;
  }

 private:
  ReportFiles files() const {
    ReportFiles files{model_.string(), {data_.empty() ? "DATA" : data_.string()}};
    if (!targets_.empty())
      files.data.insert(files.data.end(), {"--target-file", targets_.string()});
    return files;
  }

  std::string page() const {
    switch (model_kind(model_)) {
      case ModelKind::tensor:
        return tensor_page();
      case ModelKind::dropout:
        return dropout_page();
      case ModelKind::network:
        return network_page(load_network_model(model_), network_report);
      case ModelKind::deep:
        return network_page(load_deep_model(model_), deep_report);
      case ModelKind::matrix:
        break;
    }
    return matrix_page();
  }

  std::string dropout_page() const {
    if (reading_.given())
      throw ArgumentError("options of reading were given for a dropout model; expected none");
    return dropout_report(load_dropout_model(model_), files());
  }

  template <class Model, class Report>
  std::string network_page(const Model& model, const Report& report) const {
    if (reading_.given())
      throw ArgumentError(
          "options of reading were given for a network's model; expected none: its data are read "
          "as in the fit");
    std::optional<SampleData> data;
    if (!data_.empty()) data = read_samples_like(model, data_, targets_);
    return report(model, data ? &*data : nullptr, files());
  }

  std::string tensor_page() const {
    if (reading_.given())
      throw ArgumentError(
          "options of reading were given for a tensor model; expected none: its data are read as "
          "in "
          "the fit");
    const TensorModel model = load_tensor_model(model_);
    std::optional<TensorData> data;
    if (!data_.empty())
      data = read_tensor(data_, tensor_read_options_from_json(model.read_options));
    return tensor_report(model, data ? &*data : nullptr, files(),
                         simplex_ ? ComponentScale::simplex : ComponentScale::unit);
  }

  std::string matrix_page() const {
    const MatrixModel model = load_model(model_);
    std::optional<MatrixData> data;
    const ReadOptions read_options = reading_.over(read_options_from_json(model.read_options));
    // Of a movie that is streamed every pixel is known: there is nothing to add.
    if (!data_.empty() && !(is_streamed(model) && large_movie(data_, read_options)))
      data = read_matrix(data_, read_options);
    return matrix_report(model, data ? &*data : nullptr, files());
  }

  std::filesystem::path model_, data_, targets_, out_;
  bool simplex_ = false;
  ReadingArguments reading_;
};

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  CLI::App* report = app.add_subcommand("report", "Write one HTML page about a model, with plots");
  const auto command = std::make_shared<ReportCommand>(*report);
  report->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
