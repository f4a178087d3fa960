#include <fmt/format.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <set>

#include "commands.hpp"
#include "files.hpp"
#include "fit_arguments.hpp"
#include "fit_results.hpp"
#include "hadal/fit/tensor_fit.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "tensor_reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

/// "all", or modes such as "0,2".
std::optional<std::set<Index>> parse_modes(const std::string& text) {
  std::set<Index> modes;
  if (text == "all") {
    for (Index m = 0; m < tensor_order_max; ++m) modes.insert(m);
    return modes;
  }
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    Index mode = 0;
    const auto result = std::from_chars(at, end, mode);
    if (result.ec != std::errc() || mode < 0 || mode >= tensor_order_max) return {};
    modes.insert(mode);
    if (result.ptr == end) return modes;
    if (*result.ptr != ',') return {};
    at = result.ptr + 1;
  }
}

std::string check_modes(std::string& text) {
  return parse_modes(text)
             ? ""
             : fmt::format("expected all, or modes counted from 0 such as 0,2, got '{}'", text);
}

std::string check_norm(std::string& text) {
  try {
    const FactorNorm norm = parse_norm(text);
    if (norm.tv > 0 && norm.graph.kind != GraphKind::chain)
      return "expected total variation on a chain, tv(chain), of a tensor's mode";
    return "";
  } catch (const ArgumentError& error) {
    return error.what();
  }
}

class FitTensorCommand {
 public:
  explicit FitTensorCommand(CLI::App& app);
  int run();

 private:
  void add_model_options(CLI::App& app);
  void set_norms(const std::vector<Index>& shape);

  fs::path data_;
  std::string norm_ = "l2";
  std::array<std::string, static_cast<std::size_t>(tensor_order_max)> mode_norms_;
  std::set<Index> nonnegative_;
  bool nonnegative_all_ = false;
  TensorReadingArguments reading_;
  TensorFitOptions options_;
  FitArguments arguments_{options_};
};

FitTensorCommand::FitTensorCommand(CLI::App& app) {
  app.add_option("DATA", data_, "File with the tensor, of order 3 to 8: .tns, NPY, NPZ or HDF5")
      ->required()
      ->type_name("");
  arguments_.add_lambda_options(app);
  arguments_.add_loss_options(app);
  add_model_options(app);
  arguments_.add_proof_options(app, "1e-4");
  arguments_.add_run_options(app, true);
  arguments_.add_output_options(app);
  reading_.add_to(app);
  app.footer(
      "Examples:\n"
      "  hadal fit tensor fluorescence.npy --nonneg all --refit --out fluorescence.h5\n"
      "  hadal fit tensor ratings.tns --lambda-ratio 0.2 --out ratings.h5\n"
      "  hadal fit tensor counts.tns --loss poisson --cv 5 --out counts.h5\n"
      "  hadal fit tensor study.h5 --array /eeg --norm-1 'l2 + 0.5*tv(chain)' --out eeg.h5\n"
      "Entries that a .tns file does not list are missing, not zero.\n"
      "Exit code 0 when the fit reached its tolerance or found nothing more to gain, 4 when a "
      "limit\n"
      "came first.");
}

void FitTensorCommand::add_model_options(CLI::App& app) {
  constexpr const char* group = FitArguments::model_group;
  const std::string spec = "weights of l1, l2 and tv(chain), e.g. \"l1 + 0.5*l2\"";
  app.add_option("--norm", norm_, "Norm of the vectors of every mode of DATA: " + spec + " [l2]")
      ->type_name("SPEC")
      ->check(CLI::Validator(check_norm, ""))
      ->group(group);
  for (std::size_t m = 0; m < mode_norms_.size(); ++m)
    app.add_option(fmt::format("--norm-{}", m), mode_norms_[m],
                   fmt::format("The same of mode {}, in place of --norm", m))
        ->type_name("SPEC")
        ->check(CLI::Validator(check_norm, ""))
        ->group(group);
  app.add_option_function<std::string>(
         "--nonneg",
         [this](const std::string& text) {
           nonnegative_all_ = text == "all";
           nonnegative_ = *parse_modes(text);
         },
         "Modes whose vectors must not be negative [none]")
      ->type_name("all|0,2,..")
      ->check(CLI::Validator(check_modes, ""))
      ->group(group);
  app.add_option_function<std::string>(
         "--refit",
         [this](const std::string& text) {
           options_.refit =
               text == "weights" ? TensorRefitChoice::weights : TensorRefitChoice::factors;
         },
         "Also fit the components found without penalty: all their factors, or their weights "
         "alone; cross-validation then judges that [factors, where nothing is said]")
      ->type_name("factors|weights")
      ->expected(0, 1)
      ->default_str("factors")
      ->check(CLI::IsMember({"factors", "weights"}))
      ->group(group);
}

void FitTensorCommand::set_norms(const std::vector<Index>& shape) {
  const auto order = static_cast<Index>(shape.size());
  const auto in_range = [&](Index mode, const char* option) {
    if (mode >= order)
      throw ArgumentError(
          fmt::format("{} names mode {}; the tensor has modes 0 to {}", option, mode, order - 1));
  };
  if (!nonnegative_all_)
    for (const Index mode : nonnegative_) in_range(mode, "--nonneg");
  for (Index m = 0; m < tensor_order_max; ++m)
    if (!mode_norms_[static_cast<std::size_t>(m)].empty()) in_range(m, "--norm-N");
  for (Index m = 0; m < order; ++m) {
    const std::string& own = mode_norms_[static_cast<std::size_t>(m)];
    FactorNorm norm = parse_norm(own.empty() ? norm_ : own);
    norm.nonnegative = nonnegative_.contains(m);
    if (norm.tv > 0)
      norm.graph = lattice(GraphKind::chain, {shape[static_cast<std::size_t>(m)], 1, 1});
    options_.norms.push_back(std::move(norm));
  }
}

int FitTensorCommand::run() {
  arguments_.check(data_);
  const TensorReadOptions read_options = reading_.options();
  const TensorData data = read_tensor(data_, read_options);
  set_norms(data.entries.shape);
  TensorModel model;
  {
    const InterruptGuard interrupt;
    options_.cancelled = [&interrupt] { return interrupt.requested(); };
    Progress progress(arguments_.quiet());
    progress.begin({options_.tolerance, options_.time_limit});
    model = fit_tensor(data, options_, [&](const FitProgress& at) {
      progress.show(at);
      return !interrupt.requested();
    });
  }
  model.read_options = to_json(read_options);
  return write_results(arguments_, model, {data_.string()});
}

}  // namespace

void add_fit_tensor_command(CLI::App& fit, Action& action) {
  CLI::App* tensor = fit.add_subcommand(
      "tensor", "Fit a sum of rank-one tensors (CP, PARAFAC) and find how many there are");
  const auto command = std::make_shared<FitTensorCommand>(*tensor);
  tensor->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
