#include "dropout_options.hpp"

#include <fmt/format.h>

#include "hadal/error.hpp"
#include "option_checks.hpp"

namespace hadal {
namespace {

void check_noise(const DropoutFitOptions& o) {
  // The variance of the noise, (1 - t) / t, and its square have to be numbers.
  constexpr double retain_min = 1e-12;
  const auto fraction = [](double t) { return t >= retain_min && t <= 1; };
  require_option(fraction(o.noise.retain), "retain probability", o.noise.retain,
                 "a number from 1e-12 to 1");
  require_option(o.retain_end == 0 || fraction(o.retain_end), "retain probability at the end",
                 o.retain_end, "a number from 1e-12 to 1");
  require_option(o.noise.block >= 1, "size of a block", static_cast<double>(o.noise.block), ">= 1");
  if (o.noise.kind != NoiseKind::dropblock)
    require_option(o.noise.block == 1, "size of a block", static_cast<double>(o.noise.block),
                   "1 without dropblock");
  if (o.retain_end > 0 && o.method != DropoutMethod::sgd)
    throw ArgumentError(
        "an annealed retain probability was given without stochastic training; expected the method "
        "sgd");
  if (o.retain_end > 0 && o.adaptive)
    throw ArgumentError(
        "a retain probability that is both annealed and adaptive was asked for; "
        "expected one of the two");
}

void check_widths(const DropoutFitOptions& o) {
  for (const Index width : o.widths) {
    require_option(width >= 1, "width", static_cast<double>(width), ">= 1");
    require_option(width % o.noise.block == 0, "width", static_cast<double>(width),
                   fmt::format("a multiple of the block's {} units", o.noise.block));
  }
  if (o.widths.size() < 2) return;
  if (o.noise.kind != NoiseKind::dropout)
    throw ArgumentError(
        fmt::format("{} was given for {} hidden layers; expected dropout, or one "
                    "hidden layer",
                    to_string(o.noise.kind), o.widths.size()));
  if (o.adaptive)
    throw ArgumentError(
        fmt::format("an adaptive retain probability was asked for with {} hidden layers; expected "
                    "one hidden layer",
                    o.widths.size()));
}

}  // namespace

void check_dropout_options(const DropoutFitOptions& o) {
  check_fit_options(o);
  check_noise(o);
  check_widths(o);
  require_option(o.size_max == 0, "largest size", static_cast<double>(o.size_max),
                 "none for dropout: it has a width");
  require_option(o.epochs >= 1, "epochs", o.epochs, ">= 1");
  require_option(o.batch >= 0, "samples of a batch", static_cast<double>(o.batch), ">= 0");
  require_option(o.step >= 0, "step", o.step, ">= 0");
  if (!o.checkpoint.empty() || !o.resume.empty())
    throw ArgumentError("a checkpoint was asked for of a dropout fit; expected none");
  if (o.widths.empty() && o.retain_end > 0)
    throw ArgumentError("an annealed retain probability was given without a width; expected one");
}

}  // namespace hadal
