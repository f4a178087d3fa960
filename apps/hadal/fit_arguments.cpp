#include "fit_arguments.hpp"

#include <fmt/format.h>

#include <limits>

#include "arguments.hpp"
#include "files.hpp"
#include "hadal/report/words.hpp"
#include "model_text.hpp"

namespace hadal::cli {

void FitArguments::add_lambda_options(CLI::App& app) {
  constexpr const char* group = "How strong the penalty is (default: --cv 5)";
  using Kind = LambdaChoice::Kind;
  const auto given = [this](Kind kind) {
    return [this, kind](double value) {
      options_.lambda.kind = kind;
      options_.lambda.value = value;
    };
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
                     "Choose lambda by cross-validation with K folds")
          ->type_name("K")
          ->check(whole_number(2, 100))
          ->group(group)};
  if (options_.lambda.one_standard_error) {
    rule_ = app.add_flag_callback(
        "--smallest-error", [this] { options_.lambda.one_standard_error = false; },
        "With --cv: the lambda of the smallest error [the largest lambda within one standard error "
        "of it]");
  } else {
    rule_ = app.add_flag("--one-standard-error", options_.lambda.one_standard_error,
                         "With --cv: the largest lambda within one standard error of the best");
  }
  rule_->group(group);
}

void FitArguments::add_loss_options(CLI::App& app) {
  add_choice<LossKind>(
      app, "--loss",
      {{"squared", LossKind::squared},
       {"huber", LossKind::huber},
       {"logistic", LossKind::logistic},
       {"poisson", LossKind::poisson},
       {"multinomial", LossKind::multinomial}},
      [this](LossKind loss) { options_.loss = loss; },
      "Loss of an entry: squared; huber for gross errors among the data; logistic for two classes; "
      "poisson for counts; multinomial for categories, given as whole numbers [squared]")
      ->group(model_group);
  app.add_option("--huber-threshold", options_.huber_threshold,
                 "With --loss huber: the size from which on an error counts as gross [1.345 robust "
                 "standard deviations of the data]")
      ->type_name("D")
      ->check(positive_number())
      ->group(model_group);
}

void FitArguments::add_proof_options(CLI::App& app, const std::string& default_tolerance) {
  constexpr const char* group = "Accuracy and proof";
  tolerance_ = app.add_option("--tol", options_.tolerance,
                              "Relative gap to reach [" + default_tolerance + "]")
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

void FitArguments::add_run_options(CLI::App& app, bool checkpoints) {
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
  if (!checkpoints) return;
  app.add_option("--checkpoint", options_.checkpoint,
                 "File to keep the state in, after every outer iteration and every fit of a fold")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--resume", options_.resume, "Checkpoint to go on from")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

void FitArguments::add_output_options(CLI::App& app) {
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

void FitArguments::check(const std::filesystem::path& data, bool folder) const {
  require_at_most_one(lambda_options_);
  if (rule_ && rule_->count() > 0 && options_.lambda.kind != LambdaChoice::Kind::cross_validated)
    throw ArgumentError(rule_->get_name() + " was given with a fixed lambda: expected --cv");
  folder ? require_data(data, "data file") : require_input(data, "data file");
  if (!options_.resume.empty()) require_input(options_.resume, "--resume");
  if (!out_.empty()) require_output(out_, "--out", {data});
  if (!json_.empty() && json_ != "-") require_output(json_, "--json", {data, out_});
  if (!options_.checkpoint.empty()) require_output(options_.checkpoint, "--checkpoint", {data});
}

std::string FitArguments::kept_text(const std::vector<std::string>& data) const {
  if (out_.empty()) return text_line("model", "not kept; add --out MODEL.h5 to keep it");
  return text_line("model", out_.string()) +
         text_line("check it", verify_command({out_.string(), data}));
}

}  // namespace hadal::cli
