#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "checks.hpp"
#include "factor_norm.hpp"

namespace hadal::verify {
namespace {

/// scale_i = max(1, count_i)^(-alpha/2), to a few roundings.
void check_norm_scale(const char* name, const Vector& scale, const std::vector<Index>& counts,
                      double alpha, Checks& checks) {
  constexpr double slack = 1e-12;
  double stored = 1, expected = 1;
  bool passed = true;
  for (std::size_t i = 0; i < counts.size() && passed; ++i) {
    stored = scale[static_cast<Index>(i)];
    expected = std::pow(static_cast<double>(std::max<Index>(1, counts[i])), -alpha / 2);
    passed = std::abs(stored - expected) <= slack * expected;
  }
  checks.add(name, stored, expected, passed,
             "the weights of the norm do not follow from the counts of observed entries");
}

void check_norm(const Problem& problem, Checks& checks) {
  const NormWeights& norm = problem.norm;
  if (norm.alpha == 0) return;
  checks.add("power of the counts", norm.alpha, norm.alpha, norm.alpha > 0 && norm.alpha <= 1,
             "expected a number in 0 .. 1");
  std::vector<Index> row_counts(static_cast<std::size_t>(problem.rows));
  std::vector<Index> column_counts(static_cast<std::size_t>(problem.columns));
  for (std::size_t i = 0; i < row_counts.size(); ++i)
    row_counts[i] = problem.row_start[i + 1] - problem.row_start[i];
  for (const std::int32_t j : problem.column) ++column_counts[static_cast<std::size_t>(j)];
  check_norm_scale("row weights", norm.row_scale, row_counts, norm.alpha, checks);
  check_norm_scale("column weights", norm.column_scale, column_counts, norm.alpha, checks);
}

/// U^T U = V^T V = diag, non-increasing: the largest deviation relative to the largest element.
double imbalance(const Factor& u, const Factor& v) {
  if (u.cols() == 0) return 0;
  const Matrix uu = u.transpose() * u;
  const Matrix vv = v.transpose() * v;
  const double largest = std::max(uu.diagonal().maxCoeff(), vv.diagonal().maxCoeff());
  if (!(largest > 0)) return uu.isZero(0) && vv.isZero(0) ? 0 : largest;
  double deviation = (uu - vv).cwiseAbs().maxCoeff();
  deviation = std::max(deviation, (uu - Matrix(uu.diagonal().asDiagonal())).cwiseAbs().maxCoeff());
  for (Index k = 1; k < uu.rows(); ++k)
    deviation = std::max(deviation, uu(k, k) - uu(k - 1, k - 1));
  return deviation / largest;
}

/// norm_u(u_c) = norm_v(v_c), non-increasing: the largest deviation relative to the largest norm;
/// infinite where a constraint is violated.
double structured_imbalance(const Problem& problem) {
  const auto violated = [](const FactorNorm& norm, const Factor& factor) {
    return norm.nonnegative && factor.size() > 0 && factor.minCoeff() < 0;
  };
  if (violated(problem.norm_u, problem.u) || violated(problem.norm_v, problem.v))
    return std::numeric_limits<double>::infinity();
  Real largest = 0, deviation = 0, before = std::numeric_limits<Real>::infinity();
  for (Index c = 0; c < problem.u.cols(); ++c) {
    const Real u = norm_of_column(problem.norm_u, problem.u, c);
    const Real v = norm_of_column(problem.norm_v, problem.v, c);
    largest = std::max({largest, u, v});
    deviation = std::max({deviation, std::abs(u - v), u - before});
    before = u;
  }
  return largest > 0 ? static_cast<double>(deviation / largest) : 0;
}

void check_factors(const Problem& problem, Checks& checks) {
  constexpr double slack = 1e-8;
  if (problem.structured) {
    const double found = problem.u.allFinite() && problem.v.allFinite()
                             ? structured_imbalance(problem)
                             : std::numeric_limits<double>::infinity();
    checks.add("balance of the factors", 0, found, found <= slack,
               "expected norm_u(u_i) = norm_v(v_i), non-increasing, obeying the constraints");
    return;
  }
  const bool finite = problem.u.allFinite() && problem.v.allFinite();
  const double found =
      finite ? imbalance(problem.u, problem.v) : std::numeric_limits<double>::infinity();
  checks.add("balance of the factors", 0, found, found <= slack,
             "expected U^T U = V^T V, diagonal and non-increasing");
}

void check_no_mean(const MatrixModel& model, const Problem& problem, Checks& checks) {
  const bool free = model.offset.policy == OffsetPolicy::free && model.categories.empty();
  if (predicts_in_data_units(model.loss) || free) return;
  checks.add("offsets of a loss with a link", 0, static_cast<double>(problem.offset.terms),
             !problem.has_global(), "expected none");
}

void check_refit(const MatrixModel& model, Checks& checks) {
  if (!model.refit) return;
  check_validation_error("validation error of the refit", model.refit->validation_error, checks);
  const Refit& refit = *model.refit;
  const Index parts = refit.u.cols();
  const bool fits = refit.u.rows() == model.u.rows() && refit.v.rows() == model.v.rows() &&
                    refit.v.cols() == parts &&
                    (refit.kind == "parts" ? parts <= model.size() : parts == model.size());
  checks.add("refit", 1, fits, fits && refit.u.allFinite() && refit.v.allFinite(),
             "expected finite factors of the model's shapes");
}

}  // namespace

void check_loss(const FittedModel& model, const Problem& problem, Checks& checks) {
  const bool huber = model.loss == LossKind::huber;
  const double d = model.huber_threshold;
  checks.add("threshold of the loss", d, d, huber ? std::isfinite(d) && d > 0 : d == 0,
             "expected a finite number > 0 of the Huber loss, 0 of any other");
  const double value = problem.unfit_value.value_or(0);
  checks.add("values", value, value, !problem.unfit_value,
             "the loss has no meaning for a value of the data");
  checks.add("lambda", model.lambda, model.lambda, std::isfinite(model.lambda) && model.lambda >= 0,
             "expected a finite number >= 0");
}

void check_categories(const std::vector<std::int64_t>& categories, Checks& checks) {
  const bool increasing = std::adjacent_find(categories.begin(), categories.end(),
                                             std::greater_equal<>()) == categories.end();
  const auto count = static_cast<double>(categories.size());
  checks.add("categories", count, count, increasing, "expected increasing ones");
}

void check_validation_error(const char* name, double value, Checks& checks) {
  checks.add(name, value, value, std::isnan(value) || (std::isfinite(value) && value >= 0),
             "expected a finite number >= 0, or NaN when nothing was held out");
}

void check_model(const MatrixModel& model, const Problem& problem, const EachEntry& each,
                 const Options& options, Checks& checks) {
  check_loss(model, problem, checks);
  if (model.loss == LossKind::multinomial) check_categories(model.categories, checks);
  check_no_mean(model, problem, checks);
  check_norm(problem, checks);
  if (model.offset.policy == OffsetPolicy::mean) check_mean_offsets(problem, each, options, checks);
  check_end_of_history(model, model.size(), checks);
  check_factors(problem, checks);
  check_validation_error("validation error", model.validation_error, checks);
  check_refit(model, checks);
}

}  // namespace hadal::verify
