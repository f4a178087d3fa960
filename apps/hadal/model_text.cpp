#include "model_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

std::string error_text(const MatrixModel& model) {
  std::string text = fmt::format("{} on the observed entries", figure(model.train_error));
  if (std::isfinite(model.validation_error)) {
    text += fmt::format(", {} on held-out entries", figure(model.validation_error));
  }
  return text + fmt::format(" ({})", error_in_words(model));
}

std::string refit_text(const MatrixModel& model) {
  std::string text = refit_in_words(model) + ", for prediction";
  const double error = model.refit->validation_error;
  if (std::isfinite(error)) {
    text += fmt::format("; error {} on held-out entries", figure(error));
  }
  return text + "; the proof belongs to the penalised model";
}

std::string lambda_text(const MatrixModel& model) {
  return lambda_in_words(model) + (model.path.empty() ? "" : ", chosen by cross-validation");
}

}  // namespace

std::string text_line(const std::string& label, const std::string& text) {
  return fmt::format("  {:<13}{}\n", label, text);
}

std::string model_text(const MatrixModel& model) {
  const Certificate& certificate = model.certificate;
  std::string text = fmt::format("{}. {}\n", headline(model), claim(certificate));
  text += text_line(
      "size", fmt::format("{} (a matrix of {} x {})", model.size(), model.rows(), model.columns()));
  text +=
      text_line("objective",
                fmt::format("{}  lower bound {} ({})", figure(certificate.objective, 12),
                            figure(certificate.lower_bound, 12), objective_unit_in_words(model)));
  text += text_line("gap",
                    fmt::format("{}  relative {} (tolerance {})", figure(certificate.gap, 3),
                                figure(certificate.relative_gap, 3), figure(model.tolerance, 3)));
  text += text_line("proof", proof_in_words(certificate));
  text += text_line("lambda", lambda_text(model));
  text += text_line("error", error_text(model));
  if (model.refit) text += text_line("refit", refit_text(model));
  text += text_line("ended", fmt::format("{}; {}, {} iterations", stop_in_words(model.stop),
                                         duration(model.seconds), model.iterations));
  return text;
}

}  // namespace hadal::cli
