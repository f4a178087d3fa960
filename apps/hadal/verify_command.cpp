#include <fmt/format.h>

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/report/words.hpp"
#include "hadal/verify/verify.hpp"
#include "hadal/version.hpp"
#include "large_movie.hpp"
#include "linear_reading.hpp"
#include "reading.hpp"
#include "sample_reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

nlohmann::ordered_json report_json(const verify::Report& report) {
  nlohmann::ordered_json json = {{"confirmed", report.confirmed},
                                 {"status", to_string(report.status)},
                                 {"objective", report.found.objective},
                                 {"lower_bound", report.found.lower_bound},
                                 {"gap", report.found.gap},
                                 {"relative_gap", report.found.relative_gap},
                                 {"proof", to_string(report.found.proof)},
                                 {"failure_probability", report.found.failure_probability},
                                 {"polar_bound", report.found.polar_bound},
                                 {"method", report.found.method},
                                 {"seconds", report.seconds},
                                 {"version", hadal::version}};
  json["checks"] = nlohmann::ordered_json::array();
  for (const verify::Check& check : report.checks) {
    json["checks"].push_back({{"name", check.name},
                              {"claimed", check.claimed},
                              {"found", check.found},
                              {"passed", check.passed},
                              {"remark", check.remark}});
  }
  return json;
}

/// `among`: what the claim is about.
std::string report_text(const verify::Report& report, const std::string& among) {
  std::size_t width = 5;
  for (const auto& check : report.checks) width = std::max(width, check.name.size());
  std::string text =
      fmt::format("{:<{}}  {:>16}  {:>16}  {}\n", "claim", width, "claimed", "found", "verdict");
  for (const auto& check : report.checks) {
    text +=
        fmt::format("{:<{}}  {:>16}  {:>16}  {}{}\n", check.name, width, figure(check.claimed, 10),
                    figure(check.found, 10), check.passed ? "confirmed" : "WRONG",
                    check.remark.empty() ? "" : ": " + check.remark);
  }
  Certificate found = report.found;
  if (found.proof == Proof::none) found.lower_bound = -std::numeric_limits<double>::infinity();
  text +=
      fmt::format("{}, in {}. {}\nProof: {}.\n", report.confirmed ? "Confirmed" : "NOT CONFIRMED",
                  duration(report.seconds), claim(found, among), proof_in_words(found));
  return text;
}

class VerifyCommand {
 public:
  explicit VerifyCommand(CLI::App& app) {
    app.add_option("MODEL", model_, "Model file that a fit wrote")->required()->type_name("");
    app.add_option("DATA", data_, "Data that it was fitted to")->required()->type_name("");
    app.add_option("--threads", options_.threads, "Threads, 0 for all cores [0]")
        ->type_name("N")
        ->check(whole_number(0, 4096));
    app.add_option("--json", json_, "Write the result as JSON; - for standard output")
        ->type_name("FILE|-")
        ->check(not_empty());
    app.add_option("--input", input_, "Of a dropout model: the input that it was fitted with")
        ->type_name("FILE")
        ->check(not_empty());
    app.add_option("--target-file", targets_,
                   "Of a network's model that was fitted to arrays: the file with the targets")
        ->type_name("FILE")
        ->check(not_empty());
    app.add_option("--target", target_column_,
                   "Of a network's model and a table: the column with the target, where it has "
                   "another name than in the fit")
        ->type_name("COLUMN")
        ->check(not_empty());
    reading_.add_to(app);
    app.footer(
        "DATA is read as in the fit, except for the options given here.\n"
        "Examples:\n"
        "  hadal verify ratings.h5 ratings.csv\n"
        "  hadal verify ratings.h5 ratings.csv --json - --threads 4\n"
        "  hadal verify dropout.h5 outputs.csv --input inputs.csv\n"
        "  hadal verify digits.h5 digits.npy --target-file labels.npy\n"
        "Exit code 0 when every claim is confirmed, 1 when one is not.");
  }

  int run() {
    require_input(model_, "model file");
    require_data(data_, "data file");
    if (!input_.empty()) require_input(input_, "--input");
    if (!targets_.empty()) require_input(targets_, "--target-file");
    if (!json_.empty() && json_ != "-") require_output(json_, "--json", {model_, data_});
    const verify::Report report = verify_or_refuse();
    if (!json_.empty()) write_text(json_, report_json(report).dump(2) + "\n");
    if (json_ != "-") write_text("", report_text(report, among_));
    return report.confirmed ? exit_done : exit_not_confirmed;
  }

 private:
  /// Data that do not fit the model do not confirm it: that is a result, not a failure.
  verify::Report verify_or_refuse() {
    const ModelKind kind = model_kind(model_);
    if (kind == ModelKind::network || kind == ModelKind::deep) return verify_network_or_refuse();
    if (!target_column_.empty())
      throw ArgumentError("--target was given for a model that is no network's; expected none");
    if (kind == ModelKind::dropout) return verify_dropout_or_refuse();
    if (!input_.empty())
      throw ArgumentError(
          "--input was given for a model that is not one of dropout; expected none");
    return kind == ModelKind::tensor ? verify_tensor_or_refuse() : verify_matrix_or_refuse();
  }

  verify::Report verify_dropout_or_refuse() {
    const DropoutModel model = load_dropout_model(model_);
    among_ = networks_in_words(model);
    if (model.with_input && input_.empty())
      throw ArgumentError("the model was fitted with an input; expected --input FILE");
    const dropout::LinearData data =
        read_linear_data(data_, input_, reading_.over(read_options_from_json(model.read_options)));
    return or_refuse(
        [&] { return verify::verify_dropout(model, data.target, data.input, options_); });
  }

  verify::Report verify_network_or_refuse() {
    if (!input_.empty() || reading_.given())
      throw ArgumentError(
          "options of reading were given for a network's model; expected none but --target-file or "
          "--target: its data are read as in the fit");
    if (model_kind(model_) == ModelKind::deep) return verify_deep_or_refuse();
    const NetworkModel model = load_network_model(model_);
    among_ = networks_in_words(model);
    const SampleData data = read_samples_like(model, data_, targets_, target_column_);
    return or_refuse([&] { return verify::verify_network(model, data, options_); });
  }

  verify::Report verify_deep_or_refuse() {
    const DeepModel model = load_deep_model(model_);
    among_ = networks_in_words(model);
    const SampleData data = read_samples_like(model, data_, targets_, target_column_);
    return or_refuse([&] { return verify::verify_deep(model, data, options_); });
  }

  verify::Report verify_matrix_or_refuse() const {
    const MatrixModel model = load_model(model_);
    const ReadOptions read_options = reading_.over(read_options_from_json(model.read_options));
    const auto movie = is_streamed(model) ? large_movie(data_, read_options) : nullptr;
    const MatrixData data = movie ? MatrixData() : read_matrix(data_, read_options);
    return or_refuse([&] {
      return movie ? verify::verify_matrix(model, *movie, options_)
                   : verify::verify_matrix(model, data, options_);
    });
  }

  verify::Report verify_tensor_or_refuse() const {
    if (reading_.given())
      throw ArgumentError(
          "options of reading were given for a tensor model; expected none: its data are read as "
          "in "
          "the fit");
    const TensorModel model = load_tensor_model(model_);
    const TensorData data = read_tensor(data_, tensor_read_options_from_json(model.read_options));
    return or_refuse([&] { return verify::verify_tensor(model, data, options_); });
  }

  template <class Verify>
  static verify::Report or_refuse(const Verify& verify) {
    try {
      return verify();
    } catch (const ModelError& error) {
      verify::Report report;
      report.checks.push_back({"data belong to the model", 1, 0, false, error.what()});
      report.found.lower_bound = -std::numeric_limits<double>::infinity();
      report.found.gap = report.found.relative_gap = std::numeric_limits<double>::infinity();
      report.found.objective = report.found.polar_bound = report.found.relative_gap;
      report.found.failure_probability = 1;
      return report;
    }
  }

  fs::path model_, data_, input_, targets_, json_;
  std::string target_column_;
  std::string among_ = "model of any size";
  verify::Options options_;
  ReadingArguments reading_;
};

}  // namespace

void add_verify_command(CLI::App& app, Action& action) {
  CLI::App* verify = app.add_subcommand(
      "verify", "Check a model's claims from the model and the data, independently of the fit");
  const auto command = std::make_shared<VerifyCommand>(*verify);
  verify->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
