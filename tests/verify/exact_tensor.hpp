#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "hadal/model/polar_slack.hpp"
#include "hadal/model/tensor_model.hpp"
#include "hadal/verify/verify.hpp"
#include "math/tensor_support.hpp"

/// Tensor models whose optimality is known without a solver, for the squared and the Huber loss.
namespace hadal::test {

struct TensorClaim {
  TensorModel model;
  TensorData data;
};

inline ::testing::AssertionResult confirmed(const TensorModel& model, const TensorData& data) {
  verify::Options options;
  options.threads = 1;
  const verify::Report report = verify::verify_tensor(model, data, options);
  if (report.confirmed) return ::testing::AssertionSuccess();
  auto failure = ::testing::AssertionFailure();
  failure << report.found.method << "\n";
  for (const verify::Check& check : report.checks)
    if (!check.passed)
      failure << check.name << ": " << check.claimed << ", found " << check.found << ", "
              << check.remark << "\n";
  return failure;
}

inline ::testing::AssertionResult confirmed(const TensorClaim& claim) {
  return confirmed(claim.model, claim.data);
}

inline Index mode_index(const TensorEntries& entries, std::size_t m, Index k) {
  if (!entries.full()) return entries.index[m][static_cast<std::size_t>(k)];
  return position_of(entries.shape, k)[m];
}

/// z at every entry, by plain loops.
inline std::vector<long double> plain_prediction(const TensorModel& model,
                                                 const TensorEntries& entries) {
  std::vector<long double> z;
  for (Index k = 0; k < entries.size(); ++k) {
    long double sum = 0;
    for (Index c = 0; c < model.size(); ++c) {
      long double product = 1;
      for (std::size_t m = 0; m < model.factors.size(); ++m)
        product *= model.factors[m](mode_index(entries, m, k), c);
      sum += product;
    }
    z.push_back(sum);
  }
  return z;
}

inline long double plain_penalty(const TensorModel& model) {
  long double sum = 0;
  for (Index c = 0; c < model.size(); ++c) {
    long double product = 1;
    for (std::size_t m = 0; m < model.factors.size(); ++m)
      product *= model.norms[m](model.factors[m].col(c));
    sum += product;
  }
  return sum;
}

/// Fills in all figures of a claim of the squared or the Huber loss, for a bound on the polar.
inline void make_claim(TensorClaim& claim, double polar_bound, std::optional<TensorSplit> split) {
  TensorModel& model = claim.model;
  const TensorEntries& entries = claim.data.entries;
  const std::vector<long double> z = plain_prediction(model, entries);
  long double loss = 0, linear = 0, square = 0, errors = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    const long double w = entries.weight.empty() ? 1 : entries.weight[k];
    const long double y = entries.value[k], e = y - z[k], d = model.huber_threshold;
    const bool clipped = model.loss == LossKind::huber && std::abs(e) > d;
    const long double r = w * (clipped ? std::copysign(d, e) : e);
    loss += w * (clipped ? d * (std::abs(e) - d / 2) : e * e / 2);
    linear += r * y;
    square += r * r / w;
    errors += e * e;
  }
  Certificate& certificate = model.certificate;
  const auto objective = loss + model.lambda * plain_penalty(model);
  certificate.objective = static_cast<double>(objective);
  certificate.polar_bound = polar_bound;
  const double most = polar_bound <= model.lambda ? 1 : model.lambda / polar_bound * (1 - 1e-15);
  const auto best = square > 0 ? static_cast<double>(linear / square) : 1.0;
  const double s = certificate.dual_scale = std::clamp(best, 0.0, most);
  certificate.lower_bound = static_cast<double>(s * linear - s * s * square / 2);
  certificate.gap = certificate.objective - certificate.lower_bound;
  certificate.relative_gap =
      certificate.objective > 0 ? certificate.gap / certificate.objective : 0;
  certificate.proof = Proof::deterministic;
  certificate.failure_probability = 0;
  model.train_error =
      static_cast<double>(std::sqrt(errors / static_cast<long double>(entries.size())));
  model.validation_error = std::nan("");
  model.status = status_of(certificate, model.tolerance);
  if (split) {
    PolarSlack slack;
    slack.split = *split;
    certificate.slack = std::make_shared<const PolarSlack>(std::move(slack));
  }
}

struct ExactOptions {
  std::vector<Index> shape = {6, 5, 7};
  double lambda = 0.5;
  bool nonnegative = false;
  bool weighted = false;
  double missing = 0;         ///< part of the entries outside all blocks
  double outlier = 0;         ///< a value outside all blocks, that the Huber loss clips
  double weight_of_norm = 1;  ///< of l2, in every mode
  double noise = 0;           ///< a claim with a gap: random errors on top
  unsigned seed = 1;
};

/// An optimum: components with disjoint supports in every mode, and Q = lambda sum_c o_m (w_mc /
/// norm) plus less elsewhere, so that no unfolding of Q collects more than lambda.
inline TensorClaim exact_claim(const ExactOptions& options) {
  Random random(options.seed);
  const std::size_t order = options.shape.size();
  constexpr Index size = 2, block = 2;
  TensorClaim claim;
  TensorModel& model = claim.model;
  model.lambda = options.lambda;
  model.tolerance = 1e-9;
  model.norms.resize(order);
  for (FactorNorm& norm : model.norms) {
    norm.l2 = options.weight_of_norm;
    norm.nonnegative = options.nonnegative;
  }
  std::vector<Factor> directions;
  for (std::size_t m = 0; m < order; ++m) {
    Factor factor = Factor::Zero(options.shape[m], size);
    for (Index c = 0; c < size; ++c) {
      Vector part = random.vector(block).cwiseAbs().array() + 0.1;
      if (!options.nonnegative && m + 1 == order) part[0] = -part[0];
      if (!options.nonnegative && m == 0) part[1] = -0.5 * part[0];
      factor.col(c).segment(block * c, block) = part.normalized();
    }
    directions.push_back(factor);
    for (Index c = 0; c < size; ++c)
      factor.col(c) *= std::pow(3.0 - static_cast<double>(c), 1.0 / static_cast<double>(order)) /
                       options.weight_of_norm;
    model.factors.push_back(factor);
  }
  const Vector z = dense_tensor(model.factors);
  const double unit = std::pow(options.weight_of_norm, static_cast<double>(order));
  Vector q = options.lambda * unit * dense_tensor(directions);
  TensorEntries& entries = claim.data.entries;
  entries.shape = options.shape;
  entries.index.resize(order);
  const bool sparse = options.missing > 0;
  for (Index k = 0; k < z.size(); ++k) {
    const std::vector<Index> at = position_of(options.shape, k);
    const bool outside = std::all_of(at.begin(), at.end(), [](Index i) { return i >= 4; });
    const bool in_block = z[k] != 0;
    if (sparse && !in_block && !outside && random.chance(options.missing)) continue;
    const double weight = options.weighted ? 0.5 + random.uniform() : 1;
    double y = z[k] + q[k] / weight;
    // One entry alone is a direction of its own.
    const bool corner = std::all_of(at.begin(), at.end(), [](Index i) { return i == 4; });
    if (corner) y = options.outlier != 0 ? options.outlier : 0.5 * options.lambda * unit / weight;
    if (corner && options.outlier != 0) {
      model.loss = LossKind::huber;
      model.huber_threshold = 0.9 * options.lambda * unit / weight;
    }
    y += options.noise * random.normal();
    for (std::size_t m = 0; m < order; ++m)
      entries.index[m].push_back(static_cast<std::int32_t>(at[m]));
    entries.value.push_back(y);
    if (options.weighted) entries.weight.push_back(weight);
  }
  if (!sparse) entries.index.clear();
  make_claim(claim, options.lambda * (1 + 2e-10), TensorSplit{1, 0});
  model.lambda_max = model.lambda;
  return claim;
}

}  // namespace hadal::test
