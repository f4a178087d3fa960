#include "hadal/model/loss_kind.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<LossKind, 5> loss_words{"loss",
                                        {{{LossKind::squared, "squared"},
                                          {LossKind::huber, "huber"},
                                          {LossKind::logistic, "logistic"},
                                          {LossKind::poisson, "poisson"},
                                          {LossKind::multinomial, "multinomial"}}}};

/// log(1 + exp(-m)) without overflow.
double log_loss(double m) { return std::max(0.0, -m) + std::log1p(std::exp(-std::abs(m))); }

/// With x = z - log y the terms of the deviance are y (exp(x) - 1 - x), in which less cancels.
double half_deviance(double y, double z) {
  if (y == 0) return std::exp(z);
  const double x = z - std::log(y);
  return y * (std::expm1(x) - x);
}

}  // namespace

std::string_view to_string(LossKind kind) { return loss_words.text(kind); }
LossKind loss_from_string(std::string_view text) { return loss_words.value(text); }

bool predicts_in_data_units(LossKind kind) {
  return kind == LossKind::squared || kind == LossKind::huber;
}

double inverse_link(LossKind kind, double z) {
  switch (kind) {
    case LossKind::logistic:
      return 1 / (1 + std::exp(-z));
    case LossKind::poisson:
      return std::exp(z);
    default:
      return z;
  }
}

double entry_error(LossKind kind, double y, double z) {
  switch (kind) {
    case LossKind::logistic:
      return log_loss(y > 0 ? z : -z);
    case LossKind::poisson:
      return half_deviance(y, z);
    default:
      return (y - z) * (y - z);
  }
}

double mean_error(LossKind kind, double sum, double weight) {
  if (!(weight > 0)) return std::numeric_limits<double>::quiet_NaN();
  return predicts_in_data_units(kind) ? std::sqrt(sum / weight) : sum / weight;
}

}  // namespace hadal
