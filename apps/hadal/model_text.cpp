#include "model_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

template <class Model>
std::string error_text(const Model& model) {
  std::string text = fmt::format("{} on the observed entries", figure(model.train_error));
  if (std::isfinite(model.validation_error)) {
    text += fmt::format(", {} on held-out entries", figure(model.validation_error));
  }
  return text + fmt::format(" ({})", error_in_words(model));
}

template <class Model>
std::string refit_text(const Model& model) {
  std::string text = refit_in_words(model) + ", for prediction";
  const double error = model.refit->validation_error;
  if (std::isfinite(error)) {
    text += fmt::format("; error {} on held-out entries", figure(error));
  }
  return text + "; the proof belongs to the penalised model";
}

std::string lambda_text(const FittedModel& model) {
  return lambda_in_words(model) + (model.path.empty() ? "" : ", chosen by cross-validation");
}

/// `of`: what the size is one of, e.g. "a matrix of 60 x 40".
template <class Model>
std::string text_of(const Model& model, const std::string& of) {
  const Certificate& certificate = model.certificate;
  std::string text = fmt::format("{}. {}\n", headline(model), claim(certificate));
  text += text_line("size", fmt::format("{} ({})", model.size(), of));
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

}  // namespace

std::string text_line(const std::string& label, const std::string& text) {
  return fmt::format("  {:<13}{}\n", label, text);
}

std::string model_text(const MatrixModel& model) {
  return text_of(model, fmt::format("a matrix of {} x {}", model.rows(), model.columns()));
}

std::string model_text(const TensorModel& model) {
  return text_of(model, "a tensor of " + shape_in_words(model));
}

}  // namespace hadal::cli
