#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "commands.hpp"
#include "deep_arguments.hpp"
#include "files.hpp"
#include "fit_arguments.hpp"
#include "fit_results.hpp"
#include "hadal/fit/network_fit.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "sample_reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

/// "gated:N" of --hidden: N; 0 for anything else. Throws ArgumentError for another N.
Index gates_of(const std::string& text) {
  constexpr std::string_view word = "gated:";
  if (text != "gated" && !text.starts_with(word)) return 0;
  Index count = 0;
  const char* const end = text.data() + text.size();
  const char* const begin = text.data() + std::min(word.size(), text.size());
  const auto read = std::from_chars(begin, end, count);
  if (read.ec != std::errc() || read.ptr != end || count < 1 || count > gates_max)
    throw ArgumentError(
        fmt::format("{} was given; expected gated:N, N from 1 to {}", text, gates_max));
  return count;
}

std::string check_activation(std::string& text) {
  try {
    if (gates_of(text) == 0) Activation::from_string(text);
    return "";
  } catch (const ArgumentError& error) {
    return error.what();
  }
}

NetworkModel fit(const SampleData& data, const NetworkFitOptions& options,
                 const FitObserver& observer) {
  return fit_network(data, options, observer);
}

DeepModel fit(const SampleData& data, const DeepFitOptions& options, const FitObserver& observer) {
  return fit_deep_network(data, options, observer);
}

class FitNetworkCommand {
 public:
  explicit FitNetworkCommand(CLI::App& app);
  int run();

 private:
  void add_model_options(CLI::App& app);
  void check_validation() const;
  template <class Options>
  int fitted(const SampleData& data, Options options) const;

  const CLI::App& app_;
  fs::path data_;
  SampleReadingArguments reading_;
  NetworkFitOptions options_;
  FitArguments arguments_{options_};
  DeepArguments deep_;
};

FitNetworkCommand::FitNetworkCommand(CLI::App& app) : app_(app) {
  app.add_option("DATA", data_,
                 "Samples with targets: a table (CSV, TSV), NPY or IDX with --target-file, or a "
                 "folder with one folder of PNG pictures for each class")
      ->required()
      ->type_name("");
  arguments_.add_lambda_options(app);
  app.add_option("--validation", options_.validation,
                 "Choose lambda by this part of the samples, held out at random, in place of --cv; "
                 "of deep subnetworks, stop early by it")
      ->type_name("F")
      ->check(number("a number in (0, 1)", [](double f) { return f > 0 && f < 1; }))
      ->group("How strong the penalty is (default: --cv 5)");
  add_model_options(app);
  arguments_.add_proof_options(app, "1e-4");
  deep_.add_to(app);
  arguments_.add_run_options(app, true);
  arguments_.add_output_options(app);
  reading_.add_to(app);
  app.footer(
      "Examples:\n"
      "  hadal fit network spirals.csv --out spirals.h5\n"
      "  hadal fit network houses.csv --target price --missing mean --out houses.h5\n"
      "  hadal fit network digits.npy --target-file labels.npy --cv 5 --out digits.h5\n"
      "  hadal fit network pictures/ --hidden abs --lambda-ratio 0.05 --out pictures.h5\n"
      "  hadal fit network clicks.csv --hidden square --tol 1e-6 --out clicks.h5\n"
      "  hadal fit network digits.csv --architecture convnet:8,16 --image 1x8x8 --out digits.h5\n"
      "The optimum is proved for linear and, with one output, square units, and for inputs of up "
      "to 8\n"
      "dimensions, the bias among them, of two or three as a rule in seconds; beyond that the "
      "bound "
      "is\n"
      "loose, and says so.\n"
      "Exit code 0 when the fit reached its tolerance or found nothing more to gain, 4 when a "
      "limit\n"
      "came first.");
}

void FitNetworkCommand::add_model_options(CLI::App& app) {
  constexpr const char* group = FitArguments::model_group;
  app.add_option_function<std::string>(
         "--hidden",
         [this](const std::string& text) {
           options_.gates = gates_of(text);
           options_.activation = Activation::from_string(options_.gates > 0 ? "linear" : text);
         },
         "What a hidden unit makes of its input; gated:N, in place of relu: linear units behind N "
         "gates that are drawn at random, a convex problem that is proved for any inputs [relu]")
      ->type_name("linear|relu|leaky[:SLOPE]|abs|square|maxout:K|gated:N")
      ->check(CLI::Validator(check_activation, ""))
      ->group(group);
  add_choice<UnitPenalty>(
      app, "--penalty", {{"product", UnitPenalty::product}, {"path", UnitPenalty::path}},
      [this](UnitPenalty penalty) { options_.penalty = penalty; },
      "Penalty of a unit: the product of the l2 norms of its weights in and out (what weight decay "
      "amounts to), or that of l1 norms [product]")
      ->group(group);
  add_choice<LossKind>(
      app, "--loss",
      {{"squared", LossKind::squared}, {"huber", LossKind::huber}, {"poisson", LossKind::poisson}},
      [this](LossKind loss) { options_.loss = loss; },
      "Loss of a regression: squared; huber for gross errors among the targets; poisson for counts "
      "[squared]. Classifications have the logistic or, of more than two classes, the multinomial "
      "loss")
      ->group(group);
  app.add_option("--huber-threshold", options_.huber_threshold,
                 "With --loss huber: the size from which on an error counts as gross [1.345 robust "
                 "standard deviations of the targets]")
      ->type_name("D")
      ->check(positive_number())
      ->group(group);
  app.add_flag_callback(
         "--no-bias", [this] { options_.bias = false; },
         "No constant input: every unit passes through the inputs' mean")
      ->group(group);
  app.add_flag_callback(
         "--no-standardise", [this] { options_.standardise = false; },
         "Leave inputs as they are [mean 0, standard deviation 1]")
      ->group(group);
}

template <class Options>
int FitNetworkCommand::fitted(const SampleData& data, Options options) const {
  const SampleReadOptions read_options = reading_.options();
  const InterruptGuard interrupt;
  options.cancelled = [&interrupt] { return interrupt.requested(); };
  Progress progress(arguments_.quiet());
  progress.begin({options.tolerance, options.time_limit});
  auto model = fit(data, options, [&](const FitProgress& at) {
    progress.show(at);
    return !interrupt.requested();
  });
  progress.finish();
  model.read_options = to_json(read_options);
  std::vector<std::string> files = {data_.string()};
  if (!read_options.target_file.empty())
    files.insert(files.end(), {"--target-file", read_options.target_file.string()});
  return write_results(arguments_, model, files);
}

/// Of deep subnetworks the part held out ends a training, at any lambda.
void FitNetworkCommand::check_validation() const {
  if (deep_.given() || app_.count("--validation") == 0) return;
  for (const char* name : {"--lambda", "--lambda-ratio", "--cv"})
    if (app_.count(name) > 0)
      throw ArgumentError(fmt::format(
          "{} was given with --validation, by which lambda is chosen: expected one of them", name));
}

int FitNetworkCommand::run() {
  const SampleReadOptions read_options = reading_.options();
  deep_.check(app_);
  check_validation();
  arguments_.check(data_, true);
  if (!read_options.target_file.empty()) require_input(read_options.target_file, "--target-file");
  SampleData data = read_samples(data_, read_options);
  if (data.task == Task::classification && app_.count("--loss") > 0)
    throw ArgumentError(
        "--loss was given for classes, whose loss is the logistic or multinomial one; expected it "
        "for a regression only (--task regression)");
  return deep_.given() ? fitted(data, deep_.options(app_, options_, data)) : fitted(data, options_);
}

}  // namespace

void add_fit_network_command(CLI::App& fit, Action& action) {
  CLI::App* network = fit.add_subcommand(
      "network", "Fit a network of parallel hidden units and find how many there are");
  const auto command = std::make_shared<FitNetworkCommand>(*network);
  network->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
