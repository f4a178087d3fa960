#include "hadal/report/network_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "decision_map.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"
#include "page.hpp"
#include "plots.hpp"
#include "sample_sections.hpp"

namespace hadal {
namespace {

std::string lead(const NetworkModel& model, const SampleData* data) {
  const Index size = model.size();
  std::string text = size == 0 ? "At this lambda no hidden unit is worth its penalty"
                               : fmt::format("{} ({}) predict{} {}", counted(size, "hidden unit"),
                                             model.hidden(), size == 1 ? "s" : "",
                                             model.task == Task::classification
                                                 ? fmt::format("{} classes", model.classes.size())
                                                 : "the target");
  text += " from " + counted(model.inputs(), "input");
  if (data) text += fmt::format(", for {} samples", data->samples());
  text += fmt::format(". The error is {} on the samples it was fitted to",
                      figure(model.train_error, 3));
  if (std::isfinite(model.validation_error))
    text += fmt::format(" and {} on samples it had not seen", figure(model.validation_error, 3));
  return text + fmt::format(" ({}).", error_in_words(model));
}

std::string cards(const NetworkModel& model) {
  std::string text = "<dl class=\"cards\">\n";
  text += card("Width (hidden units)", std::to_string(model.size()));
  text += card("Relative gap", figure(model.certificate.relative_gap, 2));
  if (model.task == Task::classification) {
    text += card("Accuracy, fitted samples", figure(model.train_accuracy, 4));
    if (std::isfinite(model.validation_accuracy))
      text += card("Accuracy, held-out samples", figure(model.validation_accuracy, 4));
  } else {
    text += card("Error, fitted samples", figure(model.train_error, 4));
    if (std::isfinite(model.validation_error))
      text += card("Error, held-out samples", figure(model.validation_error, 4));
  }
  text += card("Time", duration(model.seconds));
  return text + "</dl>\n";
}

/// The weights of a unit's inputs, on the scale of the pixels: weights belong to standardised ones.
std::string filter_address(const NetworkModel& model, Index column) {
  const SamplePicture& shape = *model.picture;
  const Vector weight = model.u.col(column).head(model.inputs()).cwiseQuotient(model.input_scale);
  Factor planes(shape.height, shape.width * shape.channels);
  for (Index k = 0; k < weight.size(); ++k) {
    const Index pixel = k / shape.channels, channel = k % shape.channels;
    planes(pixel / shape.width, channel * shape.width + pixel % shape.width) = weight[k];
  }
  return weight_picture(planes, shape.channels);
}

std::string filter_section(const NetworkModel& model) {
  constexpr Index shown = 48;
  const bool drawable =
      model.picture && (model.picture->channels == 1 || model.picture->channels == 3);
  if (!drawable || model.size() == 0) return "";
  const Index count = std::min(model.size(), shown), pieces = model.activation.pieces;
  std::string text = fmt::format(
      "<section><h2>What units look for</h2>\n<p>The input weights of the {} strongest of {} "
      "units{}: white for brighter than usual, black for darker.</p>\n<div class=\"filters\">\n",
      count, model.size(), pieces > 1 ? ", the first piece of each" : "");
  for (Index j = 0; j < count; ++j)
    text += fmt::format("<img src=\"{}\" alt=\"Input weights of unit {}\">\n",
                        filter_address(model, j * pieces), j + 1);
  return text + "</div></section>\n";
}

std::string confusion(const NetworkModel& model, const SampleData* data) {
  return tells_classes(model, data)
             ? confusion_section(model, *data, predictions(model, data->inputs))
             : "";
}

Rows settings(const NetworkModel& model, const SampleData* data) {
  Rows rows = {{"Shape", shape_in_words(model)}};
  if (data) rows.emplace_back("Samples", std::to_string(data->samples()));
  rows.emplace_back("Hidden units", model.hidden());
  rows.emplace_back("Loss", loss_in_words(model));
  rows.emplace_back("Penalty", penalty_in_words(model));
  const Rows rest = fit_settings(model);
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

}  // namespace

std::string network_report(const NetworkModel& model, const SampleData* data,
                           const ReportFiles& files) {
  if (data) require_same_inputs(model, *data);
  const Vector sizes = strengths(model);
  const std::string title = "A network of " + counted(model.size(), "hidden unit");
  return report_page(
      files.model,
      report_header(title, model, lead(model, data)) + cards(model) +
          decision_map_section(
              model, [&](const Factor& inputs) { return predictions(model, inputs); }, data) +
          confusion(model, data) + filter_section(model) +
          certificate_section(model, objective_unit_in_words(model), false, files,
                              networks_in_words(model)) +
          plot_section(model, sizes, "Penalty of each hidden unit.") +
          settings_section(settings(model, data)),
      plot_data(model, sizes, error_in_words(model)));
}

}  // namespace hadal
