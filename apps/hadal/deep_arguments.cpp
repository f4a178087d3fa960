#include "deep_arguments.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "arguments.hpp"
#include "files.hpp"

namespace hadal::cli {
namespace {

constexpr const char* deep_group = "Deep subnetworks (with --architecture)";
constexpr const char* only_deep[] = {"--image",         "--layer-penalty",   "--mismatched",
                                     "--epochs",        "--batch",           "--learning-rate",
                                     "--patience",      "--growth-interval", "--growth",
                                     "--search-starts", "--checkpoint",      "--resume"};
constexpr const char* only_shallow[] = {
    "--hidden", "--penalty", "--tol", "--proof", "--failure-probability", "--iteration-max"};

void require_picture(const SampleData& data, const Shape& shape) {
  if (!shape.flat && shape.size() == data.inputs.cols()) return;
  throw ArgumentError(fmt::format(
      "--image {} was given for samples of {} inputs; expected CHANNELSxHEIGHTxWIDTH of as many",
      to_string(shape), data.inputs.cols()));
}

}  // namespace

void DeepArguments::add_to(CLI::App& app) {
  constexpr long long most = std::numeric_limits<std::int32_t>::max();
  const auto count = [&](const char* name, auto& value, const std::string& text) {
    app.add_option(name, value, text)
        ->type_name("N")
        ->check(whole_number(1, most))
        ->group(deep_group);
  };
  app.add_option(
         "--architecture", architecture_,
         "A deep subnetwork, of which parallel copies are fitted in place of hidden units: "
         "a file that describes its layers, or mlp:H1,H2,.., convnet[:C1,C2,..] or "
         "alexnet[:DIVISOR]. The lambda ratio is then 0.002 where nothing is said of lambda")
      ->type_name("FILE|BUILDER")
      ->check(not_empty())
      ->group(deep_group);
  app.add_option("--image", image_,
                 "That samples of a table or array are pictures: their shape, the channels of a "
                 "pixel side by side")
      ->type_name("CxHxW")
      ->group(deep_group);
  add_choice<LayerPenalty>(
      app, "--layer-penalty",
      {{"powers", LayerPenalty::powers}, {"product", LayerPenalty::product}},
      [this](LayerPenalty penalty) { options_.penalty = penalty; },
      "Of a copy: powers of its layers' norms, or their product, which is as much where layers are "
      "balanced [powers]")
      ->group(deep_group);
  app.add_flag_callback(
         "--mismatched",
         [this] {
           options_.mismatched = true;
           options_.penalty = LayerPenalty::decay;
         },
         "Ordinary weight decay, whatever the subnetwork's degree: it has local minima that are "
         "not global")
      ->group(deep_group);
  count("--epochs", options_.epochs, "Passes of training [100]");
  count("--batch", options_.batch, "Samples of a step [64]");
  app.add_option("--learning-rate", options_.learning_rate,
                 "Of the first steps; it falls to 0 over the epochs [0.003]")
      ->type_name("X")
      ->check(positive_number())
      ->group(deep_group);
  count("--patience", options_.patience,
        "With --validation: epochs without a smaller error until training stops [20]");
  count("--growth-interval", options_.growth_interval,
        "Epochs between two searches for new copies [4]");
  count("--growth", options_.growth, "Most copies that are added at a time [4]");
  count("--search-starts", options_.starts, "Starts of a search [8]");
}

void DeepArguments::check(const CLI::App& app) const {
  for (const char* name : only_deep)
    if (!given() && app.count(name) > 0)
      throw ArgumentError(fmt::format("{} was given without --architecture; expected both", name));
  for (const char* name : only_shallow)
    if (given() && app.count(name) > 0)
      throw ArgumentError(fmt::format(
          "{} was given with --architecture; expected it only for one hidden layer", name));
  if (app.count("--mismatched") > 0 && app.count("--layer-penalty") > 0)
    throw ArgumentError(
        "--layer-penalty was given with --mismatched, which is weight decay; expected one of them");
  if (given() && !deep_available()) fit_deep_network({}, {});
}

DeepFitOptions DeepArguments::options(const CLI::App& app, const NetworkFitOptions& shared,
                                      SampleData& data) const {
  DeepFitOptions options = options_;
  const LambdaChoice ratio = options.lambda;
  static_cast<FitOptions&>(options) = shared;
  const bool chosen = app.count("--cv") > 0 || app.count("--one-standard-error") > 0;
  if (options.lambda.kind == LambdaChoice::Kind::cross_validated && !chosen) options.lambda = ratio;
  options.validation = shared.validation;
  options.standardise = shared.standardise;
  const std::optional<Architecture> built = Architecture::built(architecture_);
  const bool a_word = architecture_.find_first_of("./") == std::string::npos;
  if (!built && a_word && !std::filesystem::exists(architecture_))
    throw ArgumentError(fmt::format(
        "--architecture '{}' was given; expected a file that describes layers, mlp:H1,H2,.., "
        "convnet[:C1,C2,..] or alexnet[:DIVISOR]",
        architecture_));
  if (!built) require_input(architecture_, "--architecture");
  options.architecture = built ? *built : Architecture::from_file(architecture_);
  if (!shared.bias) options.architecture.bias = false;
  if (image_.empty()) return options;
  const Shape shape = shape_from_string(image_);
  require_picture(data, shape);
  data.picture = SamplePicture{shape.width, shape.height, shape.channels};
  return options;
}

}  // namespace hadal::cli
