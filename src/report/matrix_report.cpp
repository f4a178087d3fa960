#include "hadal/report/matrix_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "embedded.hpp"
#include "footprints.hpp"
#include "hadal/error.hpp"
#include "hadal/report/words.hpp"
#include "hadal/version.hpp"
#include "html.hpp"
#include "pictures.hpp"
#include "plots.hpp"

namespace hadal {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

void require_same_shape(const MatrixModel& model, const MatrixData& data) {
  const Entries& entries = data.entries;
  if (entries.rows == model.rows() && entries.columns == model.columns()) return;
  throw ModelError(
      fmt::format("data of {} x {}: the model is {} x {}, expected the data of its fit",
                  entries.rows, entries.columns, model.rows(), model.columns()));
}

std::string badge(const MatrixModel& model) {
  return fmt::format("<p class=\"badge {}\">{}</p>\n", to_string(model.status),
                     html::escape(headline(model)));
}

/// "610 x 9724 matrix of rating", or the picture.
std::string subject(const MatrixModel& model) {
  if (model.picture) {
    return fmt::format("a picture of {} x {} pixels", model.picture->width, model.picture->height);
  }
  if (model.movie) {
    return fmt::format("a movie of {} frames of {} x {} pixels", model.rows(), model.movie->width,
                       model.movie->height);
  }
  const bool named = !model.value_name.empty() && model.value_name != "value";
  const std::string of = named ? fmt::format(" of {}", model.value_name) : "";
  return fmt::format("a matrix{} with {} rows ({}) and {} columns ({})", of, model.rows(),
                     model.row_name, model.columns(), model.column_name);
}

std::string lead(const MatrixModel& model, const MatrixData* data) {
  const Index size = model.size();
  std::string text = fmt::format("{} pattern{} explain{} {}", size, size == 1 ? "" : "s",
                                 size == 1 ? "s" : "", subject(model));
  if (size == 0) text = "At this lambda no pattern is worth its penalty in " + subject(model);
  if (data)
    text += fmt::format(", of which {} {} are known", data->entries.size(),
                        model.picture ? "samples" : "entries");
  text += fmt::format(". The typical error is {} on the entries it was fitted to",
                      figure(model.train_error, 3));
  if (std::isfinite(model.validation_error)) {
    text += fmt::format(" and {} on entries it had not seen", figure(model.validation_error, 3));
  }
  return text + fmt::format(" ({}).", predicts_in_data_units(model.loss) ? unit_in_words(model)
                                                                         : error_in_words(model));
}

std::string header(const MatrixModel& model, const MatrixData* data) {
  const std::string title =
      model.picture ? "Completed picture" : fmt::format("A model of rank {}", model.size());
  return fmt::format(
      "<header>\n<p class=\"brand\">hadal report</p>\n<h1>{}</h1>\n{}<p "
      "class=\"lead\">{}</p>\n</header>\n",
      html::escape(title), badge(model), html::escape(lead(model, data)));
}

std::string card(const std::string& label, const std::string& value) {
  return fmt::format("<div class=\"card\"><dt>{}</dt><dd>{}</dd></div>\n", html::escape(label),
                     html::escape(value));
}

std::string cards(const MatrixModel& model) {
  std::string text = "<dl class=\"cards\">\n";
  text += card("Size (rank)", std::to_string(model.size()));
  text += card("Relative gap", figure(model.certificate.relative_gap, 2));
  text += card("Error, fitted entries", figure(model.train_error, 4));
  if (std::isfinite(model.validation_error)) {
    text += card("Error, held-out entries", figure(model.validation_error, 4));
  }
  text += card("Time", duration(model.seconds));
  return text + "</dl>\n";
}

std::string certificate_section(const MatrixModel& model, const ReportFiles& files) {
  const Certificate& certificate = model.certificate;
  std::string text = "<section class=\"certificate\"><h2>The certificate</h2>\n";
  text += fmt::format("<p class=\"claim\">{}</p>\n", html::escape(claim(certificate)));
  text += fmt::format(
      "<p>The objective of this model is {}; the {} lower bound on every model's objective is "
      "{} ({}). Proof: {}.</p>\n",
      figure(certificate.objective, 12), certificate.proof == Proof::none ? "estimated" : "proved",
      figure(certificate.lower_bound, 12), html::escape(objective_unit_in_words(model)),
      html::escape(proof_in_words(certificate)));
  if (model.refit) {
    text +=
        "<p>Predictions come from a refit without shrinkage; the certificate belongs to the "
        "penalised model.</p>\n";
  }
  text += fmt::format(
      "<p>To check it again, independently of the fit:</p>\n<pre>hadal verify {} "
      "{}</pre>\n</section>\n",
      html::escape(files.model), html::escape(files.data));
  return text;
}

Rows settings(const MatrixModel& model, const MatrixData* data) {
  Rows rows = {{"Rows x columns", fmt::format("{} x {}", model.rows(), model.columns())}};
  if (data) {
    const double all = static_cast<double>(model.rows()) * static_cast<double>(model.columns());
    const auto known = static_cast<double>(data->entries.size());
    rows.emplace_back("Known entries",
                      fmt::format("{} ({} %)", data->entries.size(), figure(100 * known / all, 3)));
  }
  const Certificate& certificate = model.certificate;
  const Rows rest = {
      {"Loss", loss_in_words(model)},
      {"Lambda",
       lambda_in_words(model) + (model.path.empty() ? "" : ", chosen by cross-validation")},
      {"Offset", offset_in_words(model.offset)},
      {"Norm of the row factors", norm_in_words(model.norm_u)},
      {"Norm of the column factors", norm_in_words(model.norm_v)},
      {"Dictionary of the rows", dictionary_in_words(model.dictionary_u)},
      {"Dictionary of the columns", dictionary_in_words(model.dictionary_v)},
      {"Weights of the penalty",
       model.norm.alpha > 0
           ? fmt::format("counts of entries to the power {}", figure(model.norm.alpha))
           : "none"},
      {"Refit", refit_in_words(model)},
      {"Objective", figure(certificate.objective, 12)},
      {"Lower bound", figure(certificate.lower_bound, 12)},
      {"Gap", fmt::format("{}, relative {} (tolerance {})", figure(certificate.gap, 3),
                          figure(certificate.relative_gap, 3), figure(model.tolerance, 3))},
      {"Bound on the polar", figure(certificate.polar_bound, 10)},
      {"Ended because", stop_in_words(model.stop)},
      {"Iterations", std::to_string(model.iterations)},
      {"Seed", std::to_string(model.seed)},
      {"Fitted by", "hadal " + model.version}};
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

std::string settings_section(const Rows& rows) {
  std::string text = "<section><h2>Problem and settings</h2>\n<table>\n<tbody>\n";
  for (const auto& [name, value] : rows) {
    text += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html::escape(name),
                        html::escape(value));
  }
  return text + "</tbody>\n</table></section>\n";
}

std::string scripts(const MatrixModel& model) {
  return fmt::format("<script type=\"application/json\" id=\"plot-data\">{}</script>\n",
                     html::escape_json(plot_data(model).dump())) +
         "<script>" + embedded::chart_js + "</script>\n<script>" + embedded::report_js +
         "</script>\n";
}

}  // namespace

std::string matrix_report(const MatrixModel& model, const MatrixData* data,
                          const ReportFiles& files) {
  if (data) require_same_shape(model, *data);
  return std::string("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n") +
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         fmt::format("<title>hadal: {}</title>\n", html::escape(files.model)) + "<style>\n" +
         embedded::report_css + "</style>\n</head>\n<body>\n<main>\n" + header(model, data) +
         cards(model) + picture_section(model, data) + footprint_section(model) +
         certificate_section(model, files) + plot_section(model) +
         settings_section(settings(model, data)) +
         fmt::format("<footer>Written by hadal {}. Plots: Chart.js, MIT licence.</footer>\n",
                     version) +
         "</main>\n" + scripts(model) + "</body>\n</html>\n";
}

}  // namespace hadal
