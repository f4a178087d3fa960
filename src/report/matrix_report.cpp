#include "hadal/report/matrix_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "footprints.hpp"
#include "hadal/error.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"
#include "page.hpp"
#include "pictures.hpp"
#include "plots.hpp"

namespace hadal {
namespace {

void require_same_shape(const MatrixModel& model, const MatrixData& data) {
  const Entries& entries = data.entries;
  if (entries.rows == model.rows() && entries.columns == model.columns()) return;
  throw ModelError(
      fmt::format("data of {} x {}: the model is {} x {}, expected the data of its fit",
                  entries.rows, entries.columns, model.rows(), model.columns()));
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
  std::string text = fmt::format("{} explain{} {}", counted(size, "pattern"), size == 1 ? "s" : "",
                                 subject(model));
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
  return report_header(title, model, lead(model, data));
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

Rows settings(const MatrixModel& model, const MatrixData* data) {
  Rows rows = {{"Rows x columns", fmt::format("{} x {}", model.rows(), model.columns())}};
  if (data) {
    const double all = static_cast<double>(model.rows()) * static_cast<double>(model.columns());
    const auto known = static_cast<double>(data->entries.size());
    rows.emplace_back("Known entries",
                      fmt::format("{} ({} %)", data->entries.size(), figure(100 * known / all, 3)));
  }
  const Rows own = {{"Loss", loss_in_words(model)},
                    {"Offset", offset_in_words(model.offset)},
                    {"Norm of the row factors", norm_in_words(model.norm_u)},
                    {"Norm of the column factors", norm_in_words(model.norm_v)},
                    {"Dictionary of the rows", dictionary_in_words(model.dictionary_u)},
                    {"Dictionary of the columns", dictionary_in_words(model.dictionary_v)},
                    {"Weights of the penalty",
                     model.norm.alpha > 0 ? fmt::format("counts of entries to the power {}",
                                                        figure(model.norm.alpha))
                                          : "none"},
                    {"Refit", refit_in_words(model)}};
  rows.insert(rows.end(), own.begin(), own.end());
  const Rows rest = fit_settings(model);
  rows.insert(rows.end(), rest.begin(), rest.end());
  return rows;
}

}  // namespace

std::string matrix_report(const MatrixModel& model, const MatrixData* data,
                          const ReportFiles& files) {
  if (data) require_same_shape(model, *data);
  const Vector sizes = strengths(model);
  nlohmann::json plots =
      plot_data(model, sizes,
                predicts_in_data_units(model.loss) ? unit_in_words(model) : error_in_words(model));
  plots["shrinks"] = !model.structured();
  if (model.movie) plots["curves"] = footprint_traces(model);
  const char* const caption =
      model.structured()
          ? "Product of the norms of each pattern's two factors."
          : "Singular values of the model. The penalty took lambda (dashed) off each "
            "and dropped every pattern weaker than that.";
  return report_page(
      files.model,
      header(model, data) + cards(model) + picture_section(model, data) + footprint_section(model) +
          certificate_section(model, objective_unit_in_words(model), model.refit.has_value(),
                              files) +
          plot_section(model, sizes, caption) + settings_section(settings(model, data)),
      plots);
}

}  // namespace hadal
