#include "model_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "hadal/model/unit_spread.hpp"
#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

template <class Model>
std::string error_text(const Model& model) {
  constexpr bool samples = std::is_base_of_v<SampleModel, Model>;
  const char* const what = samples ? "samples" : "entries";
  std::string text =
      fmt::format("{} on the {}{}", figure(model.train_error), samples ? "" : "observed ", what);
  if (std::isfinite(model.validation_error))
    text += fmt::format(", {} on held-out {}", figure(model.validation_error), what);
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

std::string certificate_text(const FittedModel& model, const std::string& unit) {
  const Certificate& certificate = model.certificate;
  std::string text = text_line(
      "objective", fmt::format("{}  lower bound {} ({})", figure(certificate.objective, 12),
                               figure(certificate.lower_bound, 12), unit));
  text += text_line("gap",
                    fmt::format("{}  relative {} (tolerance {})", figure(certificate.gap, 3),
                                figure(certificate.relative_gap, 3), figure(model.tolerance, 3)));
  return text + text_line("proof", proof_in_words(certificate));
}

std::string end_text(const FittedModel& model, const std::string& why) {
  return text_line("ended", fmt::format("{}; {}, {} iterations", why, duration(model.seconds),
                                        model.iterations));
}

/// `of`: what the size is one of, e.g. "a matrix of 60 x 40".
template <class Model>
std::string text_of(const Model& model, const std::string& of) {
  std::string text = fmt::format("{}. {}\n", headline(model), claim(model.certificate));
  text += text_line("size", fmt::format("{} ({})", model.size(), of));
  text += certificate_text(model, objective_unit_in_words(model));
  text += text_line("lambda", lambda_in_words(model));
  text += text_line("error", error_text(model));
  if (model.refit) text += text_line("refit", refit_text(model));
  return text + end_text(model, stop_in_words(model.stop));
}

/// E.g. "5.21 each, equal to 3e-15", of the products of norms of a layer's units.
std::string balance_text(const Vector& products) {
  const double mean = products.mean();
  if (!(mean > 0)) return "all zero";
  return fmt::format("norm in times norm out {} on average, spread {} %", figure(mean),
                     figure(100 * spread(products), 2));
}

/// Empty for a regression.
std::string accuracy_text(const SampleModel& model) {
  if (model.task == Task::regression) return "";
  std::string accuracy = fmt::format("{} of the samples", figure(model.train_accuracy, 4));
  if (std::isfinite(model.validation_accuracy))
    accuracy += fmt::format(", {} of held-out ones", figure(model.validation_accuracy, 4));
  return text_line("accuracy", accuracy);
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

std::string model_text(const DropoutModel& model) {
  std::string text =
      fmt::format("{}. {}\n", headline(model), claim(model.certificate, networks_in_words(model)));
  const std::vector<Index> widths = model.network.widths();
  text += text_line("rank", fmt::format("{} ({})", model.size(), shape_in_words(model)));
  text += text_line("width", fmt::format("{}{}", fmt::join(widths, ", "),
                                         model.auto_width ? ", chosen by the data" : ""));
  text += text_line("noise", noise_in_words(model));
  text += certificate_text(model, "squared units of the data");
  text += text_line("penalty", fmt::format("{} times the {} of the product", figure(model.lambda),
                                           model.noise.block > 1 ? "squared norm of blocks"
                                                                 : "squared nuclear norm"));
  text += text_line("error",
                    fmt::format("{} without noise (root mean squared)", figure(model.train_error)));
  if (model.unit_products.size()) text += text_line("units", balance_text(model.unit_products));
  return text + end_text(model, stop_in_words(model));
}

std::string model_text(const NetworkModel& model) {
  const std::string among = networks_in_words(model);
  std::string text = fmt::format("{}. {}\n", headline(model), claim(model.certificate, among));
  text += text_line(
      "width", fmt::format("{} ({})", counted(model.size(), "hidden unit"), shape_in_words(model)));
  if (model.gated())
    text += text_line("gates", fmt::format("{}, drawn at random: what is proved is about networks "
                                           "behind them, not about ReLU units",
                                           model.gates.cols()));
  text += certificate_text(model, objective_unit_in_words(model));
  text += text_line("lambda", lambda_in_words(model));
  text += text_line("error", error_text(model));
  text += accuracy_text(model);
  return text + end_text(model, stop_in_words(model.stop));
}

std::string model_text(const DeepModel& model) {
  const Plan plan = plan_of(model);
  std::string text =
      fmt::format("{}. {}\n", headline(model), claim(model.certificate, networks_in_words(model)));
  text += text_line("width", fmt::format("{} ({})", counted(model.size(), "parallel subnetwork"),
                                         shape_in_words(model)));
  text +=
      text_line("subnetwork", fmt::format("degree {}, {} weight layers, {} weights", plan.degree(),
                                          plan.weights.size(), plan.parameters()));
  text += text_line("objective", fmt::format("{} ({})", figure(model.certificate.objective, 12),
                                             objective_unit_in_words(model)));
  text += text_line("proof", fmt::format("none ({})", model.certificate.method));
  text += text_line("lambda", lambda_in_words(model));
  text += text_line("error", error_text(model));
  text += accuracy_text(model);
  return text + end_text(model, stop_in_words(model));
}

}  // namespace hadal::cli
