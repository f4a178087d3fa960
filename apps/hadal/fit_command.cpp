#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "dictionary_arguments.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "fit_arguments.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/model/model_io.hpp"
#include "interrupt.hpp"
#include "large_movie.hpp"
#include "model_json.hpp"
#include "model_text.hpp"
#include "norm_arguments.hpp"
#include "progress.hpp"
#include "reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

/// The power of the counts in "none", "counts" or "counts:ALPHA", ALPHA from 0 to 1.
std::optional<double> parse_weights(const std::string& text) {
  if (text == "none") return 0.0;
  if (text == "counts") return 1.0;
  const std::string prefix = "counts:";
  if (text.rfind(prefix, 0) != 0) return std::nullopt;
  const char* end = text.data() + text.size();
  double alpha = 0;
  const auto result = std::from_chars(text.data() + prefix.size(), end, alpha);
  if (result.ec != std::errc() || result.ptr != end || !(alpha >= 0 && alpha <= 1)) {
    return std::nullopt;
  }
  return alpha;
}

std::string check_weights(std::string& text) {
  if (parse_weights(text)) return "";
  return fmt::format("expected none, counts or counts:ALPHA with ALPHA from 0 to 1, got '{}'",
                     text);
}

class FitMatrixCommand {
 public:
  explicit FitMatrixCommand(CLI::App& app);
  int run();

 private:
  void add_model_options(CLI::App& app);
  MatrixModel fit(const ReadOptions& read_options);
  /// Whether a person or the time limit ended the fit, or its refit.
  bool cut_short(const MatrixModel& model) const;
  void write_results(const MatrixModel& model) const;

  fs::path data_;
  bool interrupted_ = false;
  ReadingArguments reading_;
  NormArguments norms_;
  DictionaryArguments dictionaries_;
  MatrixFitOptions options_;
  FitArguments arguments_{options_};
};

FitMatrixCommand::FitMatrixCommand(CLI::App& app) {
  app.add_option("DATA", data_,
                 "File with the matrix: CSV or TSV triplets, dense CSV, Matrix "
                 "Market, NPY, NPZ, PNG or TIFF")
      ->required()
      ->type_name("");
  arguments_.add_lambda_options(app);
  arguments_.add_loss_options(app);
  add_model_options(app);
  norms_.add_to(app);
  dictionaries_.add_to(app);
  arguments_.add_proof_options(app, "1e-6; 1e-4 with norms other than l2");
  arguments_.add_run_options(app, true);
  arguments_.add_output_options(app);
  reading_.add_to(app);
  app.footer(
      "Examples:\n"
      "  hadal fit matrix ratings.csv --out ratings.h5\n"
      "  hadal fit matrix ratings.csv --lambda-ratio 0.2 --weights counts --refit --out r.h5\n"
      "  hadal fit matrix counts.csv --offset none --nonneg u,v --lambda-ratio 0.1 --out parts.h5\n"
      "  hadal fit matrix movie.tif --nonneg u,v --norm-v 'l1 + l2' --lambda-ratio 0.5 --out m.h5\n"
      "  hadal fit matrix photo.png --mask holes.png --offset global --out photo.h5\n"
      "  hadal fit matrix clicks.csv --loss logistic --out clicks.h5\n"
      "  hadal fit matrix answers.csv --loss multinomial --out answers.h5\n"
      "  hadal fit matrix ratings.csv --dictionary-v films.csv --lambda-ratio 0.1 --out r.h5\n"
      "  hadal fit matrix spectra.csv --norm-v l1 --dictionary-v dct --lambda-ratio 0.1 --out "
      "s.h5\n"
      "Movies of more than 20 million pixels are streamed from the file, and need not fit into\n"
      "memory, where lambda or its ratio is given and a norm is not plain l2.\n"
      "Exit code 0 when the fit reached its tolerance or found nothing more to gain, 4 when a "
      "limit\n"
      "came first.");
}

void FitMatrixCommand::add_model_options(CLI::App& app) {
  constexpr const char* group = FitArguments::model_group;
  add_choice<OffsetTerms>(
      app, "--offset",
      {{"none", OffsetTerms::none},
       {"global", OffsetTerms::global},
       {"rows", OffsetTerms::rows},
       {"columns", OffsetTerms::columns},
       {"both", OffsetTerms::both}},
      [this](OffsetTerms terms) { options_.offset = terms; },
      "What is added to the low-rank part [global; none for logistic, poisson, multinomial and "
      "--nonneg u,v]")
      ->group(group);
  add_choice<OffsetPolicy>(
      app, "--offset-kind", {{"mean", OffsetPolicy::mean}, {"free", OffsetPolicy::free}},
      [this](OffsetPolicy policy) { options_.offset_policy = policy; },
      "Means taken from the data, or fitted with a ridge [mean]")
      ->group(group);
  app.add_option("--offset-ridge", options_.offset_ridge, "Ridge of free offsets [0.001]")
      ->type_name("X")
      ->check(positive_number())
      ->group(group);
  app.add_option_function<std::string>(
         "--weights",
         [this](const std::string& text) { options_.norm_alpha = *parse_weights(text); },
         "Weigh the penalty of rows and columns by their counts of entries to the power ALPHA "
         "(1 where not given) [none]")
      ->type_name("none|counts[:ALPHA]")
      ->check(CLI::Validator(check_weights, ""))
      ->group(group);
  app.add_flag_callback(
         "--refit", [this] { options_.refit = RefitChoice::automatic; },
         "Also refit without shrinkage on the spaces found, for prediction")
      ->group(group);
}

MatrixModel FitMatrixCommand::fit(const ReadOptions& read_options) {
  const InterruptGuard interrupt;
  options_.cancelled = [&interrupt] { return interrupt.requested(); };
  Progress progress(arguments_.quiet());
  const FitObserver observer = [&](const FitProgress& at) {
    progress.show(at);
    return !interrupt.requested();
  };
  const auto prepare = [&](const MatrixData& data) {
    dictionaries_.apply(data, options_);
    norms_.apply(data, options_);
    // What can be proved there is far above 1e-6 as a rule, and the last digits are dear.
    if (!arguments_.tolerance_given() && !(options_.norm_u.plain() && options_.norm_v.plain()))
      options_.tolerance = 1e-4;
    progress.begin({options_.tolerance, options_.time_limit});
  };
  if (const auto movie = large_movie(data_, read_options)) {
    const MatrixData names = names_of(*movie);
    prepare(names);
    const std::string obstacle = not_streamed(options_);
    if (obstacle.empty()) return fit_streamed_matrix(*movie, names, options_, observer);
    require_memory_of_fit(data_, obstacle);
  }
  MatrixData data = read_matrix(data_, read_options);
  prepare(data);
  MatrixModel model = fit_matrix(std::move(data), options_, observer);
  interrupted_ = interrupt.requested();
  return model;
}

bool FitMatrixCommand::cut_short(const MatrixModel& model) const {
  return interrupted_ || model.stop == StopReason::time_limit ||
         (options_.time_limit > 0 && model.seconds >= options_.time_limit);
}

void FitMatrixCommand::write_results(const MatrixModel& model) const {
  if (!arguments_.out().empty()) save_model(arguments_.out(), model);
  const fs::path& json = arguments_.json();
  if (!json.empty()) write_text(json, model_json(model).dump(2) + "\n");
  if (json == "-") return;
  std::string text = model_text(model);
  if (options_.refit == RefitChoice::automatic && !model.refit) {
    text +=
        text_line("refit", cut_short(model) ? "none: the fit was cut short"
                                            : "none: no refit predicts held-out entries better");
  }
  write_text("", text + arguments_.kept_text({data_.string()}));
}

int FitMatrixCommand::run() {
  arguments_.check(data_);
  dictionaries_.check_files();
  const ReadOptions read_options = reading_.over({});
  MatrixModel model = fit(read_options);
  model.read_options = to_json(read_options);
  write_results(model);
  const bool reached = model.stop == StopReason::tolerance || model.stop == StopReason::exhausted;
  const bool refit_missing =
      options_.refit == RefitChoice::automatic && !model.refit && cut_short(model);
  return reached && !refit_missing ? exit_done : exit_limit;
}

}  // namespace

void add_fit_command(CLI::App& app, Action& action) {
  CLI::App* fit = app.add_subcommand("fit", "Fit a model to its global optimum, with a proof");
  fit->require_subcommand(1);
  CLI::App* matrix = fit->add_subcommand(
      "matrix", "Fit a matrix from observed entries: a loss with a nuclear-norm penalty");
  const auto command = std::make_shared<FitMatrixCommand>(*matrix);
  matrix->callback([command, &action] { action = [command] { return command->run(); }; });
  add_fit_tensor_command(*fit, action);
  add_fit_network_command(*fit, action);
}

}  // namespace hadal::cli
