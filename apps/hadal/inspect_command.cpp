#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/read_samples.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/report/words.hpp"
#include "model_json.hpp"
#include "model_text.hpp"
#include "tensor_components.hpp"

namespace hadal::cli {
namespace {

std::string values_text(const Vector& values) {
  constexpr Index shown = 8;
  std::string text;
  for (Index k = 0; k < std::min(shown, values.size()); ++k) {
    text += (k ? ", " : "") + figure(values[k], 5);
  }
  if (values.size() > shown) {
    text += fmt::format(", ... {}", figure(values[values.size() - 1], 5));
  }
  return text.empty() ? "none" : text;
}

/// What was not left at its default, e.g. "header no, value_field 4".
std::string read_options_text(const FittedModel& model, const std::string& default_options) {
  const auto options = nlohmann::json::parse(model.read_options);
  const auto defaults = nlohmann::json::parse(default_options);
  std::string text;
  for (const auto& [name, value] : options.items()) {
    if (value == defaults.value(name, nlohmann::json())) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                        value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text.empty() ? "default options" : text;
}

template <class Model>
std::string path_text(const Model& model) {
  std::string text =
      fmt::format("  cross-validation (error on held-out entries: {})\n", error_in_words(model));
  text += fmt::format("    {:>12}  {:>6}  {:>12}  {:>14}\n", "lambda", "size", "error",
                      "standard error");
  for (const PathPoint& point : model.path) {
    text += fmt::format("  {} {:>12}  {:>6}  {:>12}  {:>14}\n",
                        point.lambda == model.lambda ? '*' : ' ', figure(point.lambda), point.size,
                        figure(point.validation_error), figure(point.validation_standard_error, 3));
  }
  return text;
}

template <class Model>
std::string origin_text(const Model& model, const std::string& default_options) {
  std::string text = text_line("read with", read_options_text(model, default_options));
  text += text_line("fitted by", fmt::format("hadal {}, seed {}", model.version, model.seed));
  if (!model.path.empty()) text += path_text(model);
  return text;
}

std::string problem_text(const MatrixModel& model) {
  std::string text = text_line("loss", loss_in_words(model));
  text += text_line("offset", offset_in_words(model.offset));
  text += text_line("weights", model.norm.alpha > 0
                                   ? fmt::format("counts to the power {}", figure(model.norm.alpha))
                                   : "none");
  if (model.structured()) {
    text += text_line("norm of u", norm_in_words(model.norm_u));
    text += text_line("norm of v", norm_in_words(model.norm_v));
  }
  if (model.dictionary_u.given())
    text += text_line("dictionary u", dictionary_in_words(model.dictionary_u));
  if (model.dictionary_v.given())
    text += text_line("dictionary v", dictionary_in_words(model.dictionary_v));
  text += text_line("values", values_text(strengths(model)));
  text += text_line("names", fmt::format("rows {}, columns {}, values {}", model.row_name,
                                         model.column_name, model.value_name));
  if (model.picture) {
    text += text_line(
        "picture", fmt::format("{} x {} pixels, {} channel{}, {} bit", model.picture->width,
                               model.picture->height, model.picture->channels,
                               model.picture->channels > 1 ? "s" : "", model.picture->bit_depth));
  }
  if (model.movie) {
    text += text_line("movie", fmt::format("{} frames of {} x {} pixels", model.rows(),
                                           model.movie->width, model.movie->height));
  }
  return text + origin_text(model, to_json(ReadOptions{}));
}

std::string problem_text(const TensorModel& model) {
  std::string text = text_line("loss", loss_in_words(model));
  for (Index m = 0; m < model.data_order(); ++m)
    text += text_line("norm " + mode_in_words(model, m),
                      norm_in_words(model.norms[static_cast<std::size_t>(m)]));
  text += text_line("penalties", values_text(strengths(model)));
  return text + origin_text(model, to_json(TensorReadOptions{}));
}

std::string problem_text(const DropoutModel& model) {
  std::string text = text_line("method", model.method);
  for (std::size_t l = 0; l < model.network.layers.size(); ++l) {
    const Matrix& layer = model.network.layers[l];
    text += text_line(
        fmt::format("layer {}", l + 1),
        fmt::format("{} to {} units, norm {}", layer.cols(), layer.rows(), figure(layer.norm())));
  }
  text += text_line("values", values_text(model.product_values));
  text += text_line("target's", values_text(model.target_values));
  return text + origin_text(model, to_json(ReadOptions{}));
}

std::string problem_text(const NetworkModel& model) {
  std::string text = text_line("loss", loss_in_words(model));
  text += text_line("penalty", penalty_in_words(model));
  text += text_line("layer 1",
                    fmt::format("{} inputs{}, fully connected, degree 1: norm {}", model.inputs(),
                                model.bias ? " and 1" : "", figure(model.u.norm())));
  text +=
      text_line("layer 2", fmt::format("{}, degree {}", model.hidden(), model.activation.degree()));
  text += text_line("layer 3", fmt::format("{} outputs, fully connected, degree 1: norm {}",
                                           model.outputs(), figure(model.v.norm())));
  text += text_line("degree",
                    fmt::format("{} of a unit, {} of its penalty", model.activation.degree() + 1,
                                model.activation.degree() + 1));
  text += text_line("penalties", values_text(strengths(model)));
  if (model.task == Task::classification)
    text += text_line("classes", fmt::format("{}", fmt::join(model.classes, ", ")));
  return text + origin_text(model, to_json(SampleReadOptions{}));
}

/// Layers in order, those of branches further in.
std::string layers_text(const DeepModel& model, const Plan& plan,
                        const std::vector<PlannedLayer>& layers) {
  std::string text;
  for (const PlannedLayer& at : layers) {
    const auto number = static_cast<std::size_t>(at.weights);
    std::string what = fmt::format("{} to {}", to_string(at.in), to_string(at.out));
    if (at.weights >= 0)
      what += fmt::format(", degree {}: norm {} of all copies",
                          plan.degrees[plan.weights[number].block],
                          figure(model.weights[number].cast<double>().norm()));
    text += text_line(at.name + ":", " " + what);
    for (const std::vector<PlannedLayer>& branch : at.branches)
      text += layers_text(model, plan, branch);
  }
  return text;
}

std::string problem_text(const DeepModel& model) {
  const Plan plan = plan_of(model);
  std::string text = text_line("loss", loss_in_words(model));
  text += text_line("penalty", penalty_in_words(model));
  text += layers_text(model, plan, plan.layers);
  text += text_line("degree", fmt::format("{} of a copy, {} of its penalty", plan.degree(),
                                          degree_of(model.penalty, plan)));
  text += text_line("penalties", values_text(strengths(model)));
  if (model.task == Task::classification)
    text += text_line("classes", fmt::format("{}", fmt::join(model.classes, ", ")));
  return text + origin_text(model, to_json(SampleReadOptions{}));
}

class InspectCommand {
 public:
  explicit InspectCommand(CLI::App& app) {
    app.add_option("MODEL", model_, "Model file that a fit wrote")->required()->type_name("");
    app.add_option("--json", json_, "Write the figures as JSON; - for standard output")
        ->type_name("FILE|-")
        ->check(not_empty());
    app.add_flag("--simplex", simplex_,
                 "Of a tensor's model: vectors of sum 1 in the modes that must not be negative [of "
                 "length 1], with the components' weights apart");
    app.add_option("--components", components_,
                   "Of a tensor's model: write weights and vectors, those of its refit where it "
                   "has one, as arrays weights, mode0, mode1, ..")
        ->type_name("FILE.npz")
        ->check(not_empty());
    app.footer(
        "Examples:\n"
        "  hadal inspect ratings.h5\n"
        "  hadal inspect fluorescence.h5 --simplex --components fluorescence.npz\n"
        "  hadal inspect ratings.h5 --json -\n"
        "It prints what the model claims; 'hadal verify' checks it.");
  }

  int run() const {
    require_input(model_, "model file");
    if (!json_.empty() && json_ != "-") require_output(json_, "--json", {model_});
    const ModelKind kind = model_kind(model_);
    check_components(kind);
    switch (kind) {
      case ModelKind::matrix:
        show(load_model(model_), "singular_values");
        break;
      case ModelKind::tensor:
        show_tensor(load_tensor_model(model_));
        break;
      case ModelKind::network:
        show(load_network_model(model_), "penalties");
        break;
      case ModelKind::deep:
        show(load_deep_model(model_), "penalties");
        break;
      case ModelKind::dropout:
        show(load_dropout_model(model_), "singular_values");
        break;
    }
    return exit_done;
  }

 private:
  void check_components(ModelKind kind) const {
    if (kind != ModelKind::tensor && (simplex_ || !components_.empty()))
      throw ArgumentError("--simplex and --components are for a tensor's model; expected neither");
    if (components_.empty()) return;
    require_extension(components_, "--components", {".npz"});
    require_output(components_, "--components", {model_, json_});
  }

  void show_tensor(const TensorModel& model) const {
    const ComponentScale scale = simplex_ ? ComponentScale::simplex : ComponentScale::unit;
    const ScaledComponents components = scaled_components(model, scale);
    show(model, "penalties", text_line("weights", weights_in_words(components, scale)),
         {{"weights", std::vector<double>(components.weight.begin(), components.weight.end())}});
    if (!components_.empty()) write_components(components_, components);
  }

  /// `key`: of the atoms' sizes in JSON; what else there is to say, as text and as JSON.
  template <class Model>
  void show(const Model& model, const char* key, const std::string& more = "",
            const nlohmann::ordered_json& more_json = nlohmann::ordered_json::object()) const {
    if (!json_.empty()) {
      auto json = model_json(model);
      const Vector values = strengths(model);
      json[key] = std::vector<double>(values.begin(), values.end());
      json.update(more_json);
      write_text(json_, json.dump(2) + "\n");
    }
    if (json_ != "-") write_text("", model_text(model) + more + problem_text(model));
  }

  std::filesystem::path model_, json_, components_;
  bool simplex_ = false;
};

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  CLI::App* inspect = app.add_subcommand("inspect", "Show what a model file holds and claims");
  const auto command = std::make_shared<InspectCommand>(*inspect);
  inspect->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
