#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "dictionary_arguments.hpp"
#include "exit_code.hpp"
#include "files.hpp"
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
  void add_lambda_options(CLI::App& app);
  void add_model_options(CLI::App& app);
  void add_proof_options(CLI::App& app);
  void add_run_options(CLI::App& app);
  void add_output_options(CLI::App& app);
  void check_files() const;
  MatrixModel fit(const ReadOptions& read_options);
  /// Whether a person or the time limit ended the fit, or its refit.
  bool cut_short(const MatrixModel& model) const;
  void write_results(const MatrixModel& model) const;

  fs::path data_, out_, json_;
  bool quiet_ = false, interrupted_ = false;
  ReadingArguments reading_;
  NormArguments norms_;
  DictionaryArguments dictionaries_;
  MatrixFitOptions options_;
  std::vector<CLI::Option*> lambda_options_;
  CLI::Option *one_standard_error_ = nullptr, *tolerance_ = nullptr;
};

FitMatrixCommand::FitMatrixCommand(CLI::App& app) {
  app.add_option("DATA", data_,
                 "File with the matrix: CSV or TSV triplets, dense CSV, Matrix "
                 "Market, NPY, NPZ, PNG or TIFF")
      ->required()
      ->type_name("");
  add_lambda_options(app);
  add_model_options(app);
  norms_.add_to(app);
  dictionaries_.add_to(app);
  add_proof_options(app);
  add_run_options(app);
  add_output_options(app);
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

void FitMatrixCommand::add_lambda_options(CLI::App& app) {
  constexpr const char* group = "How strong the penalty is (default: --cv 5)";
  using Kind = LambdaChoice::Kind;
  const auto given = [this](Kind kind) {
    return [this, kind](double value) { options_.lambda = {kind, value, 0, false}; };
  };
  lambda_options_ = {
      app.add_option_function<double>("--lambda", given(Kind::absolute),
                                      "Weight of the penalty, in the objective's own units")
          ->type_name("X")
          ->check(positive_number())
          ->group(group),
      app.add_option_function<double>("--lambda-ratio", given(Kind::ratio),
                                      "The same as a fraction of lambda_max, from which on the "
                                      "model is zero")
          ->type_name("R")
          ->check(number("a number > 0 and <= 1", [](double r) { return r > 0 && r <= 1; }))
          ->group(group),
      app.add_option("--cv", options_.lambda.folds,
                     "Choose lambda by cross-validation with K folds of entries")
          ->type_name("K")
          ->check(whole_number(2, 100))
          ->group(group)};
  one_standard_error_ =
      app.add_flag("--one-standard-error", options_.lambda.one_standard_error,
                   "With --cv: the largest lambda within one standard error of the best")
          ->group(group);
}

void FitMatrixCommand::add_model_options(CLI::App& app) {
  constexpr const char* group = "The model";
  add_choice<LossKind>(
      app, "--loss",
      {{"squared", LossKind::squared},
       {"huber", LossKind::huber},
       {"logistic", LossKind::logistic},
       {"poisson", LossKind::poisson},
       {"multinomial", LossKind::multinomial}},
      [this](LossKind loss) { options_.loss = loss; },
      "Loss of an entry: squared; huber for gross errors among the data; logistic "
      "for two classes; poisson for counts; multinomial for categories, given as whole numbers "
      "[squared]")
      ->group(group);
  app.add_option("--huber-threshold", options_.huber_threshold,
                 "With --loss huber: the size from which on an error counts as gross [1.345 robust "
                 "standard deviations of the data]")
      ->type_name("D")
      ->check(positive_number())
      ->group(group);
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

void FitMatrixCommand::add_proof_options(CLI::App& app) {
  constexpr const char* group = "Accuracy and proof";
  tolerance_ = app.add_option("--tol", options_.tolerance,
                              "Relative gap to reach [1e-6; 1e-4 with norms other than l2]")
                   ->type_name("X")
                   ->check(number("a number >= 1e-12, below which a gap would be made of rounding",
                                  [](double x) { return x >= 1e-12; }))
                   ->group(group);
  add_choice<ProofChoice>(
      app, "--proof",
      {{"auto", ProofChoice::automatic},
       {"deterministic", ProofChoice::deterministic},
       {"probabilistic", ProofChoice::probabilistic},
       {"none", ProofChoice::none}},
      [this](ProofChoice proof) { options_.proof = proof; },
      "Kind of proof [auto: deterministic where it costs little]")
      ->group(group);
  app.add_option("--failure-probability", options_.failure_probability,
                 "Largest chance that a probabilistic proof is wrong [1e-12]")
      ->type_name("P")
      ->check(fraction())
      ->group(group);
}

void FitMatrixCommand::add_run_options(CLI::App& app) {
  constexpr const char* group = "Limits and computation";
  constexpr long long most = std::numeric_limits<std::int32_t>::max();
  app.add_option("--size-max", options_.size_max, "Largest size (rank) to try [no limit]")
      ->type_name("N")
      ->check(whole_number(1, most))
      ->group(group);
  app.add_option("--iteration-max", options_.iteration_max, "Most outer iterations [1000]")
      ->type_name("N")
      ->check(whole_number(1, most))
      ->group(group);
  app.add_option("--time-limit", options_.time_limit, "Most seconds [no limit]")
      ->type_name("SECONDS")
      ->check(positive_number())
      ->group(group);
  app.add_option("--threads", options_.threads, "Threads, 0 for all cores [0]")
      ->type_name("N")
      ->check(whole_number(0, 4096))
      ->group(group);
  app.add_option("--seed", options_.seed, "Of every random choice the fit makes [0]")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<long long>::max()))
      ->group(group);
  app.add_option("--checkpoint", options_.checkpoint,
                 "File to keep the state in, after every outer iteration")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--resume", options_.resume, "Checkpoint to go on from")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

void FitMatrixCommand::add_output_options(CLI::App& app) {
  constexpr const char* group = "Results";
  app.add_option("--out", out_, "File for the model; without it the model is not kept")
      ->type_name("MODEL.h5")
      ->check(not_empty())
      ->group(group);
  app.add_option("--json", json_, "Write the figures as JSON; - for standard output")
      ->type_name("FILE|-")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--quiet", quiet_, "Show no progress")->group(group);
}

void FitMatrixCommand::check_files() const {
  require_input(data_, "data file");
  dictionaries_.check_files();
  if (!options_.resume.empty()) require_input(options_.resume, "--resume");
  if (!out_.empty()) require_output(out_, "--out", {data_});
  if (!json_.empty() && json_ != "-") require_output(json_, "--json", {data_, out_});
  if (!options_.checkpoint.empty()) require_output(options_.checkpoint, "--checkpoint", {data_});
}

MatrixModel FitMatrixCommand::fit(const ReadOptions& read_options) {
  const InterruptGuard interrupt;
  Progress progress(quiet_);
  const FitObserver observer = [&](const FitProgress& at) {
    progress.show(at);
    return !interrupt.requested();
  };
  const auto prepare = [&](const MatrixData& data) {
    dictionaries_.apply(data, options_);
    norms_.apply(data, options_);
    // What can be proved there is far above 1e-6 as a rule, and the last digits are dear.
    if (tolerance_->count() == 0 && !(options_.norm_u.plain() && options_.norm_v.plain()))
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
  if (!out_.empty()) save_model(out_, model);
  if (!json_.empty()) write_text(json_, model_json(model).dump(2) + "\n");
  if (json_ == "-") return;
  std::string text = model_text(model);
  if (options_.refit == RefitChoice::automatic && !model.refit) {
    text +=
        text_line("refit", cut_short(model) ? "none: the fit was cut short"
                                            : "none: no refit predicts held-out entries better");
  }
  if (out_.empty()) {
    text += text_line("model", "not kept; add --out MODEL.h5 to keep it");
  } else {
    text += text_line("model", out_.string());
    text += text_line("check it", fmt::format("hadal verify {} {}", out_.string(), data_.string()));
  }
  write_text("", text);
}

int FitMatrixCommand::run() {
  require_at_most_one(lambda_options_);
  if (one_standard_error_->count() > 0 &&
      options_.lambda.kind != LambdaChoice::Kind::cross_validated) {
    throw ArgumentError("--one-standard-error was given with a fixed lambda: expected --cv");
  }
  check_files();
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
}

}  // namespace hadal::cli
