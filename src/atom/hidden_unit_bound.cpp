#include "hidden_unit_bound.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../certify/verified_gram.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/direction_bound.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/model/polar_slack.hpp"

namespace hadal {
namespace {

using ConstMap = Eigen::Map<const Factor>;

constexpr const char* by_division = "branch and bound over the directions of a unit's inputs";

PolarBound certain(double value, const char* method) {
  PolarBound bound;
  bound.value = value;
  bound.proof = std::isfinite(value) ? Proof::deterministic : Proof::none;
  bound.failure_probability = std::isfinite(value) ? 0 : 1;
  bound.method = method;
  return bound;
}

/// X^T Q (inputs x outputs) has elements with an error of gamma_n |X|^T |Q|.
double product_error(const Factor& x, const Factor& q) {
  return 1.01 * rounding_gamma(static_cast<double>(x.rows())) *
         x.rowwise().norm().dot(q.rowwise().norm());
}

/// >= sigma_1(X^T Q).
double largest_singular_value(const Factor& x, const Factor& q, const PolarRequest& request) {
  const Matrix collected = x.transpose() * q;
  const Factor tall =
      collected.rows() >= collected.cols() ? Factor(collected) : Factor(collected.transpose());
  const Gram gram = gram_of_tall(tall);
  const double bound = verified_gram_bound(gram.lower, gram.error, request.lambda,
                                           request.precision, request.estimate)
                           .value;
  return (bound + product_error(x, q)) * (1 + 4 * unit_roundoff);
}

/// Gates whose Frobenius norm is no larger than what is known need no more.
PolarBound gated_bound(const HiddenUnitFamily& family, const Factor& q,
                       const PolarRequest& request) {
  double largest = 0;
  for (Index g = 0; g < family.gates().cols(); ++g) {
    const Factor let = family.gates().col(g).cast<double>().asDiagonal() * q;
    const double frobenius =
        (family.x().transpose() * let).norm() * (1 + 1e-12) + product_error(family.x(), let);
    if (frobenius > largest)
      largest = std::max(largest, largest_singular_value(family.x(), let, request));
  }
  PolarBound bound = certain(largest, "verified singular values of X^T D Q over all gates D");
  bound.best_there_is = true;
  return bound;
}

PolarBound linear_bound(const HiddenUnitFamily& family, const Factor& q,
                        const PolarRequest& request) {
  const Factor& x = family.x();
  PolarBound bound =
      family.unit_penalty() == UnitPenalty::path
          ? certain((x.transpose() * q).cwiseAbs().maxCoeff() + product_error(x, q),
                    "largest element of X^T Q")
          : certain(largest_singular_value(x, q, request), "verified singular value of X^T Q");
  bound.best_there_is = true;
  return bound;
}

/// The larger of lambda_max(S) and lambda_max(-S), S = X^T diag(q) X, each by a verified Cholesky
/// factorisation of a multiple of the identity less S, shifted to be positive.
PolarBound square_bound(const Factor& x, const Vector& q, const PolarRequest& request) {
  const Matrix form = x.transpose() * q.asDiagonal() * x;
  const double shift = form.norm();
  const double error = 1.01 * rounding_gamma(static_cast<double>(x.rows() + 2)) *
                           x.rowwise().squaredNorm().dot(q.cwiseAbs()) +
                       4 * unit_roundoff * shift;
  double largest = 0;
  for (const double sign : {1.0, -1.0}) {
    Gram gram{sign * form, error};
    gram.lower.diagonal().array() += shift;
    const double estimate = std::max(request.estimate, request.lambda) + shift;
    const double root = verified_root(gram, std::sqrt(estimate), 1e-3 * request.precision);
    largest = std::max(largest, root * root - shift + 8 * unit_roundoff * root * root);
  }
  PolarBound bound = certain(largest, "verified eigenvalue of X^T diag(Q) X");
  bound.best_there_is = true;
  return bound;
}

/// Coordinates of the samples in the space that they span, where that has few dimensions, and what
/// is left of each outside it.
struct Reduced {
  Factor points;
  Matrix basis;     ///< of the space, as columns
  double left = 0;  ///< sum of ||q_i|| ||x_i outside||
};

Reduced reduced(const Factor& x, const Factor& q, Index dimensions_max) {
  if (x.cols() <= dimensions_max) return {x, Matrix::Identity(x.cols(), x.cols()), 0};
  const Matrix gram = x.transpose() * x;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram);
  const Vector& value = eigen.eigenvalues();
  const Index rank = (value.array() > 1e-14 * value[value.size() - 1]).count();
  if (rank > dimensions_max) return {};
  const Matrix basis = eigen.eigenvectors().rightCols(rank);
  Reduced result{x * basis, basis, 0};
  const Vector outside =
      (x - result.points * basis.transpose()).rowwise().norm() + 1e-14 * x.rowwise().norm();
  result.left = q.rowwise().norm().dot(outside);
  return result;
}

constexpr Index dimensions_max = 8;

DirectionBoundOptions division_options(const HiddenUnitFamily& family,
                                       const PolarRequest& request) {
  DirectionBoundOptions options;
  options.norm = family.unit_penalty();
  options.precision = 0.1 * request.precision;
  options.target = request.lambda * (1 + options.precision);
  options.cancelled = request.cancelled;
  return options;
}

/// By l2 norms; `relaxed`: what is known without a division.
UnitBound product_bound(const HiddenUnitFamily& family, const Factor& q, const TwoSlopes& slopes,
                        const PolarRequest& request, PolarBound relaxed) {
  const Reduced inputs = reduced(family.x(), q, dimensions_max);
  if (inputs.points.cols() == 0) {
    relaxed.best_there_is = true;
    return {relaxed};
  }
  DirectionBound divided =
      bound_directions(inputs.points, q, slopes, division_options(family, request));
  divided.upper =
      divided.upper * (1 + 1e-13) + 1.01 * (slopes.half + std::abs(slopes.mean)) * inputs.left;
  UnitBound bound{divided.upper < relaxed.value ? certain(divided.upper, by_division) : relaxed};
  if (divided.direction.size() > 0) bound.direction = inputs.basis * divided.direction;
  return bound;
}

/// By l1 norms: of v, too, so that a unit has one output where it collects the most.
UnitBound path_bound(const HiddenUnitFamily& family, const Factor& q, const TwoSlopes& slopes,
                     const PolarRequest& request, PolarBound relaxed) {
  const Factor& x = family.x();
  const double corner = corner_bound(x, q, slopes);
  if (corner < relaxed.value) relaxed = certain(corner, "corners of a convex relaxation");
  if (x.cols() > dimensions_max) {
    relaxed.best_there_is = true;
    return {relaxed};
  }
  DirectionBound largest;
  for (Index k = 0; k < q.cols(); ++k) {
    DirectionBound divided =
        bound_directions(x, q.col(k), slopes, division_options(family, request));
    largest.upper = std::max(largest.upper, divided.upper);
    if (divided.lower <= largest.lower) continue;
    largest.lower = divided.lower;
    largest.direction = std::move(divided.direction);
  }
  return {largest.upper < relaxed.value ? certain(largest.upper, by_division) : relaxed,
          std::move(largest.direction)};
}

UnitBound two_slopes_bound(const HiddenUnitFamily& family, const Factor& q,
                           const PolarRequest& request) {
  const Activation& activation = family.activation();
  const TwoSlopes slopes{(activation.slope_above() + activation.slope_below()) / 2,
                         (activation.slope_above() - activation.slope_below()) / 2};
  const RelaxedBound relaxed = relaxed_direction_bound(family.x(), q, slopes);
  PolarBound bound = certain(relaxed.upper, "convex relaxation, loose as a rule");
  PolarSlack slack;
  slack.cover = relaxed.multipliers;
  bound.slack = std::make_shared<const PolarSlack>(std::move(slack));
  return family.unit_penalty() == UnitPenalty::path
             ? path_bound(family, q, slopes, request, bound)
             : product_bound(family, q, slopes, request, bound);
}

}  // namespace

UnitBound hidden_unit_bound(const HiddenUnitFamily& family, const Vector& q,
                            const PolarRequest& request) {
  const Factor forces = ConstMap(q.data(), family.x().rows(), family.outputs());
  const Activation& activation = family.activation();
  if (!(family.x().array() != 0).any() || !(q.array() != 0).any()) {
    PolarBound nothing = certain(0, "no input or no force is other than zero");
    nothing.best_there_is = true;
    return {nothing};
  }
  if (family.gated()) return {gated_bound(family, forces, request)};
  if (activation.kind == Activation::Kind::linear) return {linear_bound(family, forces, request)};
  if (activation.kind == Activation::Kind::square && family.outputs() == 1)
    return {square_bound(family.x(), q, request)};
  if (activation.two_slopes()) return two_slopes_bound(family, forces, request);
  PolarBound bound;
  bound.value = request.estimate;
  bound.method = "many-start ascent";
  bound.best_there_is = true;
  return {bound};
}

}  // namespace hadal
