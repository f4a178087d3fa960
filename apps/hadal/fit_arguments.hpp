#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "hadal/fit/fit_options.hpp"
#include "hadal/model/fitted_model.hpp"

namespace hadal::cli {

/// The options that the fits of all families have.
class FitArguments {
 public:
  /// Fills in `options`, which must outlive this object.
  explicit FitArguments(FitOptions& options) : options_(options) {}
  FitArguments(const FitArguments&) = delete;  // the options hold its address
  FitArguments& operator=(const FitArguments&) = delete;

  static constexpr const char* model_group = "The model";

  void add_lambda_options(CLI::App& app);
  void add_loss_options(CLI::App& app);
  /// default_tolerance: what help says of it.
  void add_proof_options(CLI::App& app, const std::string& default_tolerance);
  void add_run_options(CLI::App& app, bool checkpoints);
  void add_output_options(CLI::App& app);

  /// Throws ArgumentError for options that exclude each other, and for files that cannot be read or
  /// written; `data`: the file that the fit reads, which may be a folder.
  void check(const std::filesystem::path& data, bool folder = false) const;

  bool tolerance_given() const { return tolerance_->count() > 0; }
  bool quiet() const { return quiet_; }
  const std::filesystem::path& out() const { return out_; }
  const std::filesystem::path& json() const { return json_; }

  /// The last lines of a summary: where the model is, and how to check it.
  std::string kept_text(const std::vector<std::string>& data) const;

 private:
  FitOptions& options_;
  std::filesystem::path out_, json_;
  bool quiet_ = false;
  std::vector<CLI::Option*> lambda_options_;
  CLI::Option *rule_ = nullptr, *tolerance_ = nullptr;  ///< which of the folds' lambda is taken
};

}  // namespace hadal::cli
