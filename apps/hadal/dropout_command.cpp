#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <memory>

#include "commands.hpp"
#include "files.hpp"
#include "fit_arguments.hpp"
#include "fit_results.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "interrupt.hpp"
#include "linear_reading.hpp"
#include "progress.hpp"
#include "reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

/// "20", or "20,10" of several hidden layers; empty where it is neither.
std::vector<Index> parse_widths(const std::string& text) {
  std::vector<Index> widths;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    Index width = 0;
    const auto result = std::from_chars(at, end, width);
    if (result.ec != std::errc() || width < 1 || width > std::numeric_limits<std::int32_t>::max())
      return {};
    widths.push_back(width);
    if (result.ptr == end) return widths;
    if (*result.ptr != ',') return {};
    at = result.ptr + 1;
  }
}

std::string check_widths(std::string& text) {
  if (!parse_widths(text).empty()) return "";
  return fmt::format(
      "expected a width such as 20, or those of several hidden layers such as 20,10, "
      "got '{}'",
      text);
}

CLI::Validator probability() {
  return number("a number from 1e-12 to 1", [](double t) { return t >= 1e-12 && t <= 1; });
}

class DropoutCommand {
 public:
  explicit DropoutCommand(CLI::App& app);
  int run();

 private:
  void add_network_options(CLI::App& app);
  void add_training_options(CLI::App& app);
  void check() const;

  fs::path data_, input_;
  bool auto_width_ = false;
  std::string rate_ = "constant";
  CLI::Option *width_ = nullptr, *rate_option_ = nullptr, *retain_end_ = nullptr;
  std::vector<CLI::Option*> sgd_only_;
  ReadingArguments reading_;
  DropoutFitOptions options_;
  FitArguments arguments_{options_};
};

DropoutCommand::DropoutCommand(CLI::App& app) {
  app.add_option("DATA", data_, "File with the matrix to factorise, or with the outputs to learn")
      ->required()
      ->type_name("");
  app.add_option("--input", input_, "File with the inputs; the rows of both files are samples then")
      ->type_name("FILE")
      ->check(not_empty());
  add_network_options(app);
  add_training_options(app);
  arguments_.add_proof_options(app, "1e-6");
  arguments_.add_run_options(app, false);
  arguments_.add_output_options(app);
  reading_.add_to(app);
  app.footer(
      "It minimises the squared error of a linear network whose hidden units are dropped at "
      "random,\n"
      "on average over that noise. One hidden layer of plain dropout is solved in closed form.\n"
      "Examples:\n"
      "  hadal dropout ratings.npy --retain 0.5 --width 20 --out model.h5\n"
      "  hadal dropout ratings.npy --retain 0.8 --auto-width --out model.h5\n"
      "  hadal dropout ratings.npy --retain 0.5 --width 20 --method sgd --out trained.h5\n"
      "  hadal dropout outputs.csv --input inputs.csv --retain 0.5 --width 20 --out model.h5\n"
      "  hadal dropout ratings.npy --retain 0.5 --width 24 --noise dropblock --block 4\n"
      "Exit code 0 when the fit ended by itself, 4 when a limit came first.");
}

void DropoutCommand::add_network_options(CLI::App& app) {
  constexpr const char* group = FitArguments::model_group;
  app.add_option(
         "--retain", options_.noise.retain,
         "Probability with which a hidden unit is kept; with --auto-width or --rate adaptive "
         "that of a network of width one")
      ->required()
      ->type_name("T")
      ->check(probability())
      ->group(group);
  width_ =
      app.add_option_function<std::string>(
             "--width", [this](const std::string& text) { options_.widths = parse_widths(text); },
             "Hidden units; of several hidden layers e.g. 20,10")
          ->type_name("R")
          ->check(CLI::Validator(check_widths, ""))
          ->group(group);
  app.add_flag("--auto-width", auto_width_,
               "As many hidden units as the data ask for, with --rate adaptive")
      ->group(group);
  add_choice<NoiseKind>(
      app, "--noise",
      {{"dropout", NoiseKind::dropout},
       {"dropconnect", NoiseKind::dropconnect},
       {"dropblock", NoiseKind::dropblock}},
      [this](NoiseKind kind) { options_.noise.kind = kind; },
      "What is dropped: units, weights of the last layer, or blocks of units [dropout]")
      ->group(group);
  app.add_option("--block", options_.noise.block, "With --noise dropblock: units in a block [1]")
      ->type_name("N")
      ->check(whole_number(1, std::numeric_limits<std::int32_t>::max()))
      ->group(group);
  rate_option_ =
      add_choice<std::string>(
          app, "--rate",
          {{"constant", "constant"}, {"annealed", "annealed"}, {"adaptive", "adaptive"}},
          [this](const std::string& rate) { rate_ = rate; },
          "How --retain is meant: throughout, at the start of a training, or for width one and "
          "adapted to the width, t = q / (r - (r - 1) q) [constant; adaptive with --auto-width]")
          ->group(group);
}

void DropoutCommand::add_training_options(CLI::App& app) {
  constexpr const char* group = "How it is found";
  add_choice<DropoutMethod>(
      app, "--method",
      {{"closed", DropoutMethod::closed},
       {"descent", DropoutMethod::descent},
       {"sgd", DropoutMethod::sgd},
       {"equalise", DropoutMethod::equalise}},
      [this](DropoutMethod method) { options_.method = method; },
      "The optimum by its formula (where there is none, by descents near it), L-BFGS on the "
      "expectation, or training with the noise itself; equalise fits nothing but computes DATA, "
      "with "
      "the least penalty [closed]")
      ->group(group);
  sgd_only_.push_back(app.add_option("--epochs", options_.epochs, "Of --method sgd [10000]")
                          ->type_name("N")
                          ->check(whole_number(1, std::numeric_limits<std::int32_t>::max()))
                          ->group(group));
  sgd_only_.push_back(
      app.add_option("--batch", options_.batch, "Samples in a step of --method sgd [all, or 256]")
          ->type_name("N")
          ->check(whole_number(1, std::numeric_limits<std::int32_t>::max()))
          ->group(group));
  sgd_only_.push_back(
      app.add_option("--step", options_.step,
                     "Step of --method sgd at the start [from the data's curvature]")
          ->type_name("X")
          ->check(positive_number())
          ->group(group));
  retain_end_ = app.add_option("--retain-end", options_.retain_end,
                               "With --rate annealed: the retain probability at the end [1]")
                    ->type_name("T")
                    ->check(probability())
                    ->group(group);
}

void DropoutCommand::check() const {
  if (auto_width_ == (width_->count() > 0))
    throw ArgumentError(auto_width_ ? "--width and --auto-width exclude each other; expected one"
                                    : "no width was given; expected --width R or --auto-width");
  if (auto_width_ && rate_option_->count() > 0 && rate_ != "adaptive")
    throw ArgumentError("--rate " + rate_ + " was given with --auto-width; expected adaptive");
  if (retain_end_->count() > 0 && rate_ != "annealed")
    throw ArgumentError("--retain-end was given; expected --rate annealed with it");
  if (options_.method != DropoutMethod::sgd)
    for (const CLI::Option* option : sgd_only_)
      if (option->count() > 0)
        throw ArgumentError(option->get_name() + " was given; expected --method sgd with it");
  arguments_.check(data_);
  if (!input_.empty()) require_input(input_, "--input");
}

int DropoutCommand::run() {
  check();
  options_.adaptive = rate_ == "adaptive";
  if (rate_ == "annealed" && retain_end_->count() == 0) options_.retain_end = 1;
  const ReadOptions read_options = reading_.over({});
  const dropout::LinearData data = read_linear_data(data_, input_, read_options);
  DropoutModel model;
  {
    const InterruptGuard interrupt;
    Progress progress(arguments_.quiet());
    model = fit_dropout(data, options_, [&](const FitProgress& at) {
      progress.show(at);
      return !interrupt.requested();
    });
  }
  model.read_options = to_json(read_options);
  std::vector<std::string> files = {data_.string()};
  if (!input_.empty()) files.insert(files.end(), {"--input", input_.string()});
  return write_results(arguments_, model, files);
}

}  // namespace

void add_dropout_command(CLI::App& app, Action& action) {
  CLI::App* dropout = app.add_subcommand(
      "dropout", "Solve what dropout minimises in a linear network, or train with it");
  const auto command = std::make_shared<DropoutCommand>(*dropout);
  dropout->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
