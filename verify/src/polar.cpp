#include "polar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cholesky_bound.hpp"
#include "coefficient_gradient.hpp"
#include "cone_tree.hpp"
#include "factor_norm.hpp"
#include "lanczos.hpp"
#include "pair_bound.hpp"
#include "slack_bound.hpp"

namespace hadal::verify {
namespace {

/// Up to this order a verified Cholesky is cheaper than the Lanczos steps it saves.
constexpr Index cheap_order = 1000;
/// Up to this order it is cheap enough to say what could be proved when nothing is claimed.
constexpr Index courtesy_order = 1500;
constexpr double usual_failure_probability = 1e-12;

PolarBound by_cholesky(const Sparse& q, const Enough& enough) {
  const double search = spectral_search(q, 1e-11);
  const double start = search > 0 ? search : q.frobenius();
  return {search, CholeskyBound(q).bound(start, enough), Proof::deterministic, 0,
          "verified Cholesky factorisation"};
}

/// Splits along the factors first, which is nearly exact for a stationary model, and along nothing
/// where that is not enough. Each attempt has half of the failure probability.
PolarBound by_lanczos(const Sparse& q, const Problem& problem, double failure_probability,
                      const Enough& enough) {
  const double half = failure_probability / 2;
  PolarBound result = split_bound(q, problem.u, problem.v, half, enough);
  if (!enough(result.bound) && problem.u.cols() > 0) {
    PolarBound plain = split_bound(q, Factor(q.rows(), 0), Factor(q.columns(), 0), half, enough);
    if (plain.bound < result.bound) std::swap(plain, result);
    result.search = std::max(result.search, plain.search);
    if (result.proof == Proof::probabilistic) result.failure_probability = failure_probability;
  }
  return result;
}

PolarBound by_search(const Sparse& q, std::string method) {
  const double search = spectral_search(q, 1e-9);
  return {search, search, Proof::none, 1, std::move(method)};
}

}  // namespace

double spectral_search(const Sparse& q, double accuracy) {
  constexpr Index stride = 10, most = 600;
  const bool tall = q.columns() <= q.rows();
  const Index n = std::min(q.rows(), q.columns());
  const double frobenius = q.frobenius();
  if (!(frobenius > 0)) return 0;
  // Scaled, so that squares of small values do not vanish.
  int exponent = 0;
  std::frexp(frobenius, &exponent);
  const auto scaled = [&](const Vector& x) { return Vector(x * std::ldexp(1.0, -exponent)); };
  Lanczos lanczos(
      [&](const Vector& x) {
        return tall ? q.transposed_times(scaled(q.times(scaled(x))))
                    : q.times(scaled(q.transposed_times(scaled(x))));
      },
      random_direction(n));
  for (Index steps = stride; lanczos.steps() < std::min(n, most); steps += stride) {
    lanczos.extend_to(steps);
    if (lanczos.residual() <= accuracy * lanczos.largest()) break;
  }
  return std::ldexp(std::sqrt(lanczos.largest()), exponent);
}

namespace {

/// What the model's own atoms collect from Q is a lower value of its polar.
double collected_by_atoms(const Problem& problem, const Sparse& q) {
  double best = 0;
  for (Index c = 0; c < problem.u.cols(); ++c) {
    const Vector u = problem.u.col(c), v = problem.v.col(c);
    const Real size =
        norm_of_column(problem.norm_u, problem.u, c) * norm_of_column(problem.norm_v, problem.v, c);
    if (size > 0) best = std::max(best, u.dot(q.times(v)) / static_cast<double>(size));
  }
  return best;
}

bool nothing_positive(const Sparse& q) {
  const std::vector<double>& value = q.by_rows().value;
  return std::all_of(value.begin(), value.end(), [](double x) { return x <= 0; });
}

/// Takes the bound that the stored slack proves where it is the smaller one. Signs, shapes and the
/// tiling of a tree are checked there; what a slack says is never believed.
void use_slack(const Problem& problem, const Sparse& q, PolarSlack slack, PolarBound& result) {
  constexpr double dense_max = 2e7;  // elements: no fit keeps a slack for more
  if (static_cast<double>(q.rows()) * static_cast<double>(q.columns()) > dense_max) {
    result.method += "; the stored slack is refused: the matrix is too large for one";
    return;
  }
  slack.exponent -= problem.scaling.of_gradient();
  Factor dense = Factor::Zero(q.rows(), q.columns());
  const Sparse::Lines& lines = q.by_rows();
  for (std::size_t i = 0; i + 1 < lines.start.size(); ++i)
    for (auto k = static_cast<std::size_t>(lines.start[i]);
         k < static_cast<std::size_t>(lines.start[i + 1]); ++k)
      dense(static_cast<Index>(i), lines.index[k]) = lines.value[k];
  const bool tree = !slack.tree.nodes.empty();
  const SlackBound proved = tree ? bound_from_tree(dense, problem.norm_u, problem.norm_v, slack)
                                 : bound_from_slack(dense, problem.norm_u, problem.norm_v, slack);
  if (!proved.refusal.empty()) {
    result.method += "; the stored slack is refused: " + proved.refusal;
  } else if (proved.bound < result.bound) {
    result.bound = proved.bound;
    result.method = tree ? "slacks on cones, recomputed leaf by leaf" : "slack, recomputed";
  }
}

PolarBound structured_bound(const Problem& problem, const Sparse& q, const Certificate& claim) {
  PolarBound result;
  result.search = collected_by_atoms(problem, q);
  if (problem.norm_u.nonnegative && problem.norm_v.nonnegative && nothing_positive(q))
    return {0, 0, Proof::deterministic, 0, "no entry of Q is positive"};
  const Index order = std::min(q.rows(), q.columns());
  if (claim.proof == Proof::none || order > CholeskyBound::largest_order) {
    result.bound = std::numeric_limits<double>::infinity();
    result.proof = Proof::none;
    result.failure_probability = 1;
    result.method = "none";
    return result;
  }
  const PolarBound spectral = by_cholesky(q, [](double) { return false; });
  result = {result.search, spectral.bound, Proof::deterministic, 0, spectral.method};
  result.bound = bound_from_pairs(problem.norm_u, problem.norm_v, lengths_of(q), spectral.bound);
  if (claim.slack && result.bound > problem.lambda) use_slack(problem, q, *claim.slack, result);
  return result;
}

}  // namespace

PolarBound derive_polar_bound(const Problem& problem, const Figures& figures,
                              const Certificate& claim, const Enough& enough) {
  const CoefficientGradient gradient = coefficient_gradient(problem, figures.gradient);
  const Sparse& q = gradient.q;
  const Real margin = Real{figures.gradient_margin} + gradient.margin;
  if (problem.structured) {
    PolarBound result = structured_bound(problem, q, claim);
    // Charged to ||u||_2 ||v||_2, as the whole of Q is by the spectral bound.
    result.bound =
        rounded_up(result.bound + margin / spectral_share(problem.norm_u, problem.norm_v));
    return result;
  }
  const Enough enough_with_margin = [&](double bound) {
    return enough(rounded_up(bound + margin));
  };
  const Index order = std::min(q.rows(), q.columns());
  PolarBound result;
  if (claim.proof == Proof::none) {
    result = order <= courtesy_order ? by_cholesky(q, enough_with_margin)
                                     : by_search(q, "Lanczos search");
  } else if (claim.proof == Proof::probabilistic && order > cheap_order) {
    const bool usable = claim.failure_probability > 1e-300;
    const double probability = usable
                                   ? std::min(claim.failure_probability, usual_failure_probability)
                                   : usual_failure_probability;
    result = by_lanczos(q, problem, probability, enough_with_margin);
  } else if (order <= CholeskyBound::largest_order) {
    result = by_cholesky(q, enough_with_margin);
  } else {
    result = by_search(
        q, fmt::format("search only: a deterministic proof of order {} exceeds the limit of {}",
                       order, CholeskyBound::largest_order));
  }
  result.bound = rounded_up(Real{result.bound} + margin);
  return result;
}

}  // namespace hadal::verify
