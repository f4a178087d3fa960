#include "hadal/report/tensor_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hadal/error.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"
#include "page.hpp"
#include "plots.hpp"

namespace hadal {
namespace {

/// Components that are drawn: a page of hundreds of plots is no use.
constexpr Index components_shown = 12;

void require_same_shape(const TensorModel& model, const TensorData& data) {
  if (data.entries.shape == model.data_shape()) return;
  throw ModelError(
      fmt::format("data of another shape were given: the model is {}, expected the data of its fit",
                  shape_in_words(model)));
}

std::string lead(const TensorModel& model, const TensorData* data) {
  const Index size = model.size();
  const std::string subject = "a tensor of " + shape_in_words(model);
  std::string text = size == 0 ? "At this lambda no component is worth its penalty in " + subject
                               : fmt::format("{} explain{} {}", counted(size, "component"),
                                             size == 1 ? "s" : "", subject);
  if (data) text += fmt::format(", of which {} entries are known", data->entries.size());
  text += fmt::format(". The typical error is {} on the entries it was fitted to",
                      figure(model.train_error, 3));
  if (std::isfinite(model.validation_error))
    text += fmt::format(" and {} on entries it had not seen", figure(model.validation_error, 3));
  text += fmt::format(" ({})", error_in_words(model));
  if (model.refit && std::isfinite(model.refit->validation_error))
    text += fmt::format("; {} on such entries as refitted without penalty",
                        figure(model.refit->validation_error, 3));
  return text + ".";
}

std::string cards(const TensorModel& model) {
  std::string text = "<dl class=\"cards\">\n";
  text += card("Size (components)", std::to_string(model.size()));
  text += card("Relative gap", figure(model.certificate.relative_gap, 2));
  text += card("Error, fitted entries", figure(model.train_error, 4));
  if (std::isfinite(model.validation_error))
    text += card("Error, held-out entries", figure(model.validation_error, 4));
  if (model.refit && std::isfinite(model.refit->validation_error))
    text += card("The same of the refit", figure(model.refit->validation_error, 4));
  text += card("Time", duration(model.seconds));
  return text + "</dl>\n";
}

std::string curve_id(Index component, Index mode) {
  return fmt::format("component-{}-{}", component, mode);
}

/// A row of plots for every component, one of each mode's vector.
std::string component_section(const TensorModel& model, const ScaledComponents& components,
                              ComponentScale scale) {
  const Index size = components.weight.size(), count = std::min(size, components_shown);
  if (count == 0) return "";
  std::string text = fmt::format(
      "<section><h2>Components</h2>\n<p>The {} strongest of {}, a plot for each mode{}. Vectors "
      "are scaled to {}; the weight is what that took from them.</p>\n",
      count, size, model.refit ? ", as refitted without penalty" : "",
      scale == ComponentScale::simplex ? "sum one where they must not be negative, else length one"
                                       : "length one");
  for (Index c = 0; c < count; ++c) {
    text += fmt::format("<h3>Component {}, weight {}</h3>\n<div class=\"modes\">\n", c + 1,
                        figure(components.weight[c], 4));
    for (Index m = 0; m < model.order(); ++m)
      text += fmt::format(
          "<figure class=\"mode\"><div class=\"canvas\"><canvas id=\"{}\" role=\"img\" "
          "aria-label=\"Component {} over {}\"></canvas></div></figure>\n",
          curve_id(c, m), c + 1, html::escape(mode_in_words(model, m)));
    text += "</div>\n";
  }
  return text + "</section>\n";
}

nlohmann::json component_curves(const TensorModel& model, const ScaledComponents& components) {
  nlohmann::json curves = nlohmann::json::array();
  for (Index c = 0; c < std::min(components.weight.size(), components_shown); ++c)
    for (Index m = 0; m < model.order(); ++m) {
      const Vector curve = components.factors[static_cast<std::size_t>(m)].col(c);
      curves.push_back({{"id", curve_id(c, m)},
                        {"axis", mode_in_words(model, m)},
                        {"values", std::vector<double>(curve.begin(), curve.end())}});
    }
  return curves;
}

Rows settings(const TensorModel& model, const TensorData* data) {
  Rows rows = {{"Shape", shape_in_words(model)}};
  if (data) rows.emplace_back("Known entries", std::to_string(data->entries.size()));
  rows.emplace_back("Loss", loss_in_words(model));
  for (Index m = 0; m < model.order(); ++m)
    rows.emplace_back("Norm, " + mode_in_words(model, m),
                      norm_in_words(model.norms[static_cast<std::size_t>(m)]));
  rows.emplace_back("Refit", refit_in_words(model));
  const Rows rest = fit_settings(model);
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

}  // namespace

std::string tensor_report(const TensorModel& model, const TensorData* data,
                          const ReportFiles& files, ComponentScale scale) {
  if (data) require_same_shape(model, *data);
  const Vector sizes = strengths(model);
  nlohmann::json plots = plot_data(
      model, sizes,
      predicts_in_data_units(model.loss) ? "in units of the data" : error_in_words(model));
  const ScaledComponents components = scaled_components(model, scale);
  plots["curves"] = component_curves(model, components);
  const std::string title = "A model of " + counted(model.size(), "component");
  return report_page(
      files.model,
      report_header(title, model, lead(model, data)) + cards(model) +
          component_section(model, components, scale) +
          certificate_section(model, objective_unit_in_words(model), model.refit.has_value(),
                              files) +
          plot_section(model, sizes,
                       "Penalty of each component, the product of its vectors' norms.") +
          settings_section(settings(model, data)),
      plots);
}

}  // namespace hadal
