#include "polar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cholesky_bound.hpp"
#include "coefficient_gradient.hpp"
#include "factor_norm.hpp"
#include "lanczos.hpp"
#include "structured_polar.hpp"

namespace hadal::verify {
namespace {

/// Up to this order a verified Cholesky is cheaper than the Lanczos steps it saves.
constexpr Index cheap_order = 1000;
/// Up to this order it is cheap enough to say what could be proved when nothing is claimed.
constexpr Index courtesy_order = 1500;
constexpr double usual_failure_probability = 1e-12;

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

PolarBound bound_by_cholesky(const Sparse& q, const Enough& enough) {
  const double search = spectral_search(q, 1e-11);
  const double start = search > 0 ? search : q.frobenius();
  return {search, CholeskyBound(q).bound(start, enough), Proof::deterministic, 0,
          "verified Cholesky factorisation"};
}

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

}  // namespace

PolarBound derive_polar_bound(const Problem& problem, const Figures& figures,
                              const Certificate& claim, const Enough& enough) {
  const CoefficientGradient gradient = coefficient_gradient(problem, figures.gradient);
  const Sparse& q = gradient.q;
  const Real margin = Real{figures.gradient_margin} + gradient.margin;
  if (problem.structured) {
    const StructuredPolar polar{q, problem.norm_u, problem.norm_v, problem.lambda,
                                problem.scaling.of_gradient()};
    PolarBound result = structured_polar_bound(polar, claim);
    result.search = collected_by_atoms(problem, q);
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
    result = order <= courtesy_order ? bound_by_cholesky(q, enough_with_margin)
                                     : by_search(q, "Lanczos search");
  } else if (claim.proof == Proof::probabilistic && order > cheap_order) {
    const bool usable = claim.failure_probability > 1e-300;
    const double probability = usable
                                   ? std::min(claim.failure_probability, usual_failure_probability)
                                   : usual_failure_probability;
    result = by_lanczos(q, problem, probability, enough_with_margin);
  } else if (order <= CholeskyBound::largest_order) {
    result = bound_by_cholesky(q, enough_with_margin);
  } else {
    result = by_search(
        q, fmt::format("search only: a deterministic proof of order {} exceeds the limit of {}",
                       order, CholeskyBound::largest_order));
  }
  result.bound = rounded_up(Real{result.bound} + margin);
  return result;
}

}  // namespace hadal::verify
