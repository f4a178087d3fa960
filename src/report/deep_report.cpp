#include "hadal/report/deep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "decision_map.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"
#include "page.hpp"
#include "plots.hpp"
#include "sample_sections.hpp"

namespace hadal {
namespace {

std::string lead(const DeepModel& model, const SampleData* data) {
  std::string text =
      fmt::format("{} of one subnetwork of degree {}, {}", counted(model.size(), "parallel copy"),
                  plan_of(model).degree(), shape_in_words(model));
  if (data) text += fmt::format(", for {} samples", data->samples());
  text += fmt::format(". The error is {} on the samples it was fitted to",
                      figure(model.train_error, 3));
  if (std::isfinite(model.validation_error))
    text += fmt::format(" and {} on samples it had not seen", figure(model.validation_error, 3));
  return text + fmt::format(" ({}).", error_in_words(model));
}

std::string cards(const DeepModel& model) {
  std::string text = "<dl class=\"cards\">\n";
  text += card("Width (copies)", std::to_string(model.size()));
  text += card("Weights of a copy", std::to_string(plan_of(model).parameters()));
  if (model.task == Task::classification) {
    text += card("Accuracy, fitted samples", figure(model.train_accuracy, 4));
    if (std::isfinite(model.validation_accuracy))
      text += card("Accuracy, held-out samples", figure(model.validation_accuracy, 4));
  } else {
    text += card("Error, fitted samples", figure(model.train_error, 4));
  }
  text += card("Time", duration(model.seconds));
  return text + "</dl>\n";
}

std::string confusion(const DeepModel& model, const SampleData* data) {
  return tells_classes(model, data)
             ? confusion_section(model, *data, predictions(model, data->inputs))
             : "";
}

/// The shape of what a unit of the first weight layer looks at, where it is a picture.
std::optional<Shape> window_of(const Plan& plan) {
  const WeightLayer& first = plan.weights.front();
  Shape window = {first.inputs, first.kernel, first.kernel, false};
  if (first.kernel == 1) {
    if (plan.input.flat || first.inputs != plan.input.size()) return {};
    window = plan.input;
  }
  const bool drawable = window.channels == 1 || window.channels == 3;
  return drawable ? std::optional(window) : std::nullopt;
}

std::string filter_section(const DeepModel& model, const Plan& plan) {
  const std::optional<Shape> window = window_of(plan);
  if (!window || model.size() == 0) return "";
  constexpr Index shown = 96;
  const Index of_copy = plan.weights.front().outputs;
  const Index all = model.size() * of_copy, count = std::min(all, shown);
  std::string text = fmt::format(
      "<section><h2>What the first layer looks for</h2>\n<p>{} of {} filters, those of the "
      "strongest copies first: white for brighter than usual, black for darker.</p>\n<div "
      "class=\"filters\">\n",
      count, all);
  for (Index f = 0; f < count; ++f) {
    const Index copy = f / of_copy, begin = f % of_copy * window->size();
    Factor planes(window->height, window->width * window->channels);
    for (Index k = 0; k < window->size(); ++k) {
      const Index line = k / window->width;
      planes(line % window->height, line / window->height * window->width + k % window->width) =
          model.weights.front()(copy, begin + k);
    }
    text += fmt::format("<img src=\"{}\" alt=\"Filter {} of copy {}\">\n",
                        weight_picture(planes, window->channels), f % of_copy + 1, copy + 1);
  }
  return text + "</div></section>\n";
}

std::string proof_section(const DeepModel& model, const ReportFiles& files) {
  return fmt::format(
      "<section class=\"certificate\"><h2>What is proved</h2>\n<p class=\"claim\">{}</p>\n<p>The "
      "objective of this model is {} ({}). No bound was looked for: {}.</p>\n<p>To compute its "
      "figures again, without the fit's library:</p>\n<pre>{}</pre>\n</section>\n",
      html::escape(claim(model.certificate)), figure(model.certificate.objective, 12),
      html::escape(objective_unit_in_words(model)), html::escape(model.certificate.method),
      html::escape(verify_command(files)));
}

std::string history_section(const DeepModel& model) {
  if (model.trace.empty()) return "";
  const OuterIteration& last = model.trace.back();
  return "<section><h2>How it was found</h2>\n<div class=\"plots\">\n" +
         plot("plot-epoch-objective", "Objective",
              "Of all samples, each at the weights that it was met with in the epoch.",
              fmt::format("Objective against seconds; it ends at {}", figure(last.objective, 8))) +
         plot("plot-epoch-size", "Width",
              "Number of parallel copies after every epoch. It is found, not given.",
              fmt::format("Width against seconds; it ends at {}", last.size)) +
         path_plot(model) +
         "</div>\n<noscript><p>The plots need JavaScript.</p></noscript></section>\n";
}

void add_layers(const DeepModel& model, const Plan& plan, const std::vector<PlannedLayer>& layers,
                Rows& rows) {
  for (const PlannedLayer& at : layers) {
    const auto number = static_cast<std::size_t>(at.weights);
    std::string what = fmt::format("{} to {}", to_string(at.in), to_string(at.out));
    if (at.weights >= 0)
      what += fmt::format(", degree {}, norm {} of all copies",
                          plan.degrees[plan.weights[number].block],
                          figure(model.weights[number].cast<double>().norm(), 4));
    rows.emplace_back(at.name, what);
    for (const std::vector<PlannedLayer>& branch : at.branches)
      add_layers(model, plan, branch, rows);
  }
}

Rows settings(const DeepModel& model, const Plan& plan) {
  Rows rows;
  add_layers(model, plan, plan.layers, rows);
  rows.emplace_back("Loss", loss_in_words(model));
  rows.emplace_back("Penalty", penalty_in_words(model));
  rows.emplace_back("Lambda", lambda_in_words(model));
  rows.emplace_back("Ended because", stop_in_words(model));
  rows.emplace_back("Epochs", fmt::format("{} of {}", model.iterations, model.epochs));
  rows.emplace_back("Seed", std::to_string(model.seed));
  rows.emplace_back("Fitted by", "hadal " + model.version);
  return rows;
}

nlohmann::json epochs_json(const DeepModel& model) {
  nlohmann::json epochs = {{"seconds", nlohmann::json::array()},
                           {"objective", nlohmann::json::array()},
                           {"size", nlohmann::json::array()}};
  for (const OuterIteration& at : model.trace) {
    epochs["seconds"].push_back(at.seconds);
    epochs["objective"].push_back(at.objective);
    epochs["size"].push_back(at.size);
  }
  return epochs;
}

}  // namespace

std::string deep_report(const DeepModel& model, const SampleData* data, const ReportFiles& files) {
  if (data) require_same_inputs(model, *data);
  const Plan plan = plan_of(model);
  const std::string title = "A network of " + counted(model.size(), "parallel subnetwork");
  nlohmann::json plots;
  if (!model.trace.empty()) plots["epochs"] = epochs_json(model);
  add_path(model, error_in_words(model), plots);
  return report_page(
      files.model,
      report_header(title, model, lead(model, data)) + cards(model) +
          decision_map_section(
              model, [&](const Factor& inputs) { return predictions(model, inputs); }, data) +
          confusion(model, data) + filter_section(model, plan) + proof_section(model, files) +
          history_section(model) + settings_section(settings(model, plan)),
      plots);
}

}  // namespace hadal
