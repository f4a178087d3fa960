#include "hadal/report/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace hadal {
namespace {

std::string name_of_values(const MatrixModel& model) {
  return model.value_name.empty() || model.value_name == "value" ? "the data" : model.value_name;
}

std::string loss_with_categories(const FittedModel& model,
                                 const std::vector<std::int64_t>& categories) {
  const std::string name(to_string(model.loss));
  if (model.loss == LossKind::multinomial)
    return fmt::format("{}, {} categories: {}", name, categories.size(),
                       fmt::join(categories, ", "));
  return model.loss == LossKind::huber ? fmt::format("{}, errors count as gross from {} on", name,
                                                     figure(model.huber_threshold))
                                       : name;
}

/// Empty for the losses whose errors are in units of the data.
std::string mean_loss_in_words(LossKind loss, Index categories) {
  if (loss == LossKind::logistic) return "mean log loss; a fair coin has 0.693";
  if (loss == LossKind::poisson) return "mean of half the deviance";
  if (loss == LossKind::multinomial)
    return fmt::format("mean log loss; a fair draw of {} categories has {}", categories,
                       figure(std::log(static_cast<double>(categories)), 3));
  return "";
}

/// As a POSIX shell reads one word.
std::string quoted(const std::string& word) {
  constexpr const char* plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text(1, '\'');
  for (const char c : word) {
    if (c == '\'') text += "'\\'";
    text += c;
  }
  text += '\'';
  return text;
}

/// Of a name that looks like an option, one that does not.
std::string file_name(const std::string& name) {
  return name.starts_with('-') ? fmt::format("./{}", name) : name;
}

}  // namespace

std::string verify_command(const ReportFiles& files) {
  std::vector<std::string> words = {"hadal", "verify", quoted(file_name(files.model))};
  for (const std::string& word : files.data)
    words.push_back(quoted(&word == &files.data.front() ? file_name(word) : word));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string figure(double value, int digits) {
  if (std::isnan(value)) return "-";
  return fmt::format("{:.{}g}", value, digits);
}

std::string counted(Index count, std::string thing) {
  if (count != 1) {
    const bool y = thing.ends_with('y');
    if (y) thing.pop_back();
    thing += y ? "ies" : "s";
  }
  return fmt::format("{} {}", count, thing);
}

std::string percent_at_most(double relative) {
  if (!std::isfinite(relative)) return "100 %";
  const double percent = 100 * std::max(relative, 0.0);
  if (percent == 0) return "0 %";
  const double unit = std::pow(10.0, std::floor(std::log10(percent)) - 1);
  // A figure such as 1.2 is not exact in binary; without the slack it would be rounded up to 1.3.
  const double rounded = std::ceil(percent / unit * (1 - 1e-12)) * unit;
  const int decimals = std::max(0, 1 - static_cast<int>(std::floor(std::log10(rounded))));
  if (decimals > 9) return fmt::format("{:.2g} %", rounded);
  std::string text = fmt::format("{:.{}f}", rounded, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text + " %";
}

std::string headline(const FittedModel& model) {
  switch (model.status) {
    case Status::optimal:
      return "Global optimum, proved";
    case Status::bounded:
      return "Distance to the global optimum proved, larger than the tolerance";
    case Status::unproven:
      break;
  }
  return "Not proved: only a search was made";
}

std::string claim(const Certificate& certificate, const std::string& among) {
  const std::string percent = percent_at_most(certificate.relative_gap);
  if (!std::isfinite(certificate.lower_bound)) {
    return "Nothing is known about how much lower the objective of another model can be.";
  }
  if (certificate.proof == Proof::none) {
    return fmt::format("If it missed nothing, no {} has an objective more than {} lower.", among,
                       percent);
  }
  return fmt::format("No {} can have an objective more than {} lower.", among, percent);
}

std::string proof_in_words(const Certificate& certificate) {
  const std::string method =
      certificate.method.empty() ? "" : fmt::format(" ({})", certificate.method);
  switch (certificate.proof) {
    case Proof::deterministic:
      return fmt::format("deterministic{}: it holds with certainty, rounding included", method);
    case Proof::probabilistic:
      return fmt::format("probabilistic{}: the chance that this statement is wrong is at most {}",
                         method, figure(certificate.failure_probability, 2));
    case Proof::none:
      break;
  }
  return "none: the figures are estimates";
}

std::string stop_in_words(StopReason stop) {
  switch (stop) {
    case StopReason::tolerance:
      return "the tolerance was reached";
    case StopReason::exhausted:
      return "the search found nothing to add";
    case StopReason::stalled:
      return "stalled: neither a decrease nor a smaller gap could be had in double precision";
    case StopReason::size_limit:
      return "the size limit was reached before the tolerance";
    case StopReason::iteration_limit:
      return "the iteration limit was reached before the tolerance";
    case StopReason::time_limit:
      return "the time limit was reached before the tolerance";
    case StopReason::interrupted:
      return "interrupted before the tolerance was reached";
  }
  return "unknown";
}

std::string lambda_in_words(const FittedModel& model) {
  std::string text = figure(model.lambda);
  if (model.lambda_max > 0)
    text += fmt::format(" = {} of lambda_max ({})", figure(model.lambda / model.lambda_max, 4),
                        figure(model.lambda_max));
  if (model.path.empty()) return text;
  const bool ended = model.stop != StopReason::interrupted && model.stop != StopReason::time_limit;
  return text + ", chosen by cross-validation" + (ended ? "" : " (as far as it came)");
}

std::string offset_in_words(const Offset& offset) {
  const bool free = offset.policy == OffsetPolicy::free;
  const auto with_ridge = [&](const char* terms) {
    return free ? fmt::format("free {}, ridge {}", terms, figure(offset.ridge))
                : fmt::format("{} from means", terms);
  };
  switch (offset.terms) {
    case OffsetTerms::none:
      break;
    case OffsetTerms::global:
      return with_ridge("overall term");
    case OffsetTerms::rows:
      return with_ridge("row terms");
    case OffsetTerms::columns:
      return with_ridge("column terms");
    case OffsetTerms::both:
      return with_ridge("row and column terms");
  }
  return "none";
}

std::string loss_in_words(const MatrixModel& model) {
  return loss_with_categories(model, model.categories);
}

std::string loss_in_words(const TensorModel& model) {
  return loss_with_categories(model, model.categories);
}

std::string error_in_words(const MatrixModel& model) {
  const std::string mean_loss = mean_loss_in_words(model.loss, std::ssize(model.categories));
  return mean_loss.empty() ? "root mean squared, " + unit_in_words(model) : mean_loss;
}

std::string error_in_words(const TensorModel& model) {
  const std::string mean_loss = mean_loss_in_words(model.loss, std::ssize(model.categories));
  return mean_loss.empty() ? "root mean squared, in units of the data" : mean_loss;
}

std::string unit_in_words(const MatrixModel& model) {
  if (model.picture) {
    return fmt::format("in pixel levels, 0 to {}", (1 << model.picture->bit_depth) - 1);
  }
  return "in units of " + name_of_values(model);
}

std::string objective_unit_in_words(const MatrixModel& model) {
  if (!predicts_in_data_units(model.loss)) return "without unit";
  return model.picture ? "in squared pixel levels" : "in squared units of " + name_of_values(model);
}

std::string objective_unit_in_words(const TensorModel& model) {
  return predicts_in_data_units(model.loss) ? "in squared units of the data" : "without unit";
}

std::string mode_in_words(const TensorModel& model, Index mode) {
  if (mode >= model.data_order()) return "category";
  return model.mode_names.empty() ? fmt::format("mode {}", mode)
                                  : model.mode_names[static_cast<std::size_t>(mode)];
}

std::string shape_in_words(const TensorModel& model) {
  return fmt::format("{}", fmt::join(model.data_shape(), " x "));
}

Vector strengths(const DropoutModel& model) { return model.product_values; }

std::string error_in_words(const DropoutModel&) { return "root mean squared, without noise"; }

std::string networks_in_words(const DropoutModel& model) {
  const std::vector<Index> widths = model.network.widths();
  std::string text = fmt::format("linear network of width {}", widths.front());
  if (model.auto_width) text = "linear network of any width, its noise adapted to the width,";
  if (widths.size() > 1) text = fmt::format("linear network of widths {}", fmt::join(widths, ", "));
  return model.method == "equalise" ? text + " that computes this matrix" : text;
}

std::string stop_in_words(const DropoutModel& model) {
  if (model.stop != StopReason::exhausted) return stop_in_words(model.stop);
  if (model.method == "sgd") return "all epochs were run";
  if (model.method == "equalise") return "the matrix was shared among the units";
  return model.iterations > 0 ? "descents gained nothing more" : "the formula was evaluated";
}

std::string noise_in_words(const DropoutModel& model) {
  const Noise& noise = model.noise;
  std::string what = "hidden units are";
  if (noise.kind == NoiseKind::dropconnect) what = "weights of the last layer are";
  if (noise.kind == NoiseKind::dropblock)
    what = fmt::format("blocks of {} hidden units are", noise.block);
  std::string text = fmt::format("{}: {} kept with probability {}", to_string(noise.kind), what,
                                 figure(noise.retain));
  if (model.retain_start != noise.retain)
    text += fmt::format(", at the start {}", figure(model.retain_start));
  return text;
}

std::string shape_in_words(const DropoutModel& model) {
  if (!model.with_input)
    return fmt::format("{} x {}", model.network.outputs(), model.network.inputs());
  return fmt::format("{} outputs, {} inputs, {} samples", model.network.outputs(),
                     model.network.inputs(), model.proof_right.rows());
}

std::string duration(double seconds) {
  if (!(seconds >= 0)) return "-";
  if (seconds < 60) return fmt::format("{:.{}f} s", seconds, seconds < 10 ? 2 : 1);
  const auto total = static_cast<long long>(std::llround(seconds));
  if (total < 3600) return fmt::format("{} min {} s", total / 60, total % 60);
  return fmt::format("{} h {} min", total / 3600, total % 3600 / 60);
}

std::string norm_in_words(const FactorNorm& norm) {
  return to_string(norm) + (norm.nonnegative ? ", >= 0" : "");
}

std::string dictionary_in_words(const Dictionary& dictionary) {
  if (!dictionary.given()) return "none";
  if (!dictionary.built_in()) return fmt::format("given, {} elements", dictionary.elements());
  return fmt::format("{}, the {} lowest of {}", to_string(dictionary.kind()), dictionary.elements(),
                     dictionary.rows());
}

std::string refit_in_words(const MatrixModel& model) {
  if (!model.refit) return "none";
  if (model.refit->kind != "parts") return fmt::format("of the {}", model.refit->kind);
  const Index kept = model.refit->u.cols();
  const char* const parts = kept == 1 ? "part" : "parts";
  return kept == model.size()
             ? fmt::format("of the sizes, of {} {}", kept, parts)
             : fmt::format("of the sizes, of {} {} joined from {}", kept, parts, model.size());
}

std::string refit_in_words(const TensorModel& model) {
  if (!model.refit) return "none";
  const Index kept = model.refit->factors.front().cols();
  return fmt::format("of the {}, of {}", model.refit->kind, counted(kept, "component"));
}

Vector strengths(const TensorModel& model) {
  Vector values = Vector::Ones(model.size());
  for (std::size_t m = 0; m < model.factors.size(); ++m)
    for (Index c = 0; c < values.size(); ++c) values[c] *= model.norms[m](model.factors[m].col(c));
  return values;
}

Vector strengths(const MatrixModel& model) {
  Vector values(model.size());
  for (Index c = 0; c < values.size(); ++c)
    values[c] = model.norm_u(model.u.col(c)) * model.norm_v(model.v.col(c));
  return values;
}

}  // namespace hadal
