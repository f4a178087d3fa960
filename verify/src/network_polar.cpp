#include "network_polar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "direction_cones.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/model/polar_slack.hpp"
#include "network_problem.hpp"
#include "semidefinite.hpp"

namespace hadal::verify {
namespace {

constexpr Index dimensions_max = 8;  // that are divided into cones
constexpr double infinity = std::numeric_limits<double>::infinity();

PolarBound none(std::string method) { return {0, infinity, Proof::none, 1, std::move(method)}; }

/// Of a maximum that an eigenvector attains: the bound is it but for rounding.
PolarBound attained(double bound, std::string method) {
  constexpr double rounding = 1e-7;
  if (!std::isfinite(bound)) return none(std::move(method));
  return {bound * (1 - rounding), bound, Proof::deterministic, 0, std::move(method)};
}

PolarBound certain(double bound, std::string method) {
  if (!std::isfinite(bound)) return none(std::move(method));
  return {0, bound, Proof::deterministic, 0, std::move(method)};
}

/// sum of ||x_i||^a ||r_i||: what all sums over the samples are made of.
double magnitude(const Factor& x, const Factor& r, int degree) {
  const Vector size = x.rowwise().norm().array().pow(degree);
  return size.dot(r.rowwise().norm());
}

Slopes slopes_of(const Activation& activation) {
  switch (activation.kind) {
    case Activation::Kind::leaky_relu:
      return {activation.leak, 1};
    case Activation::Kind::absolute:
      return {-1, 1};
    case Activation::Kind::linear:
      return {1, 1};
    default:
      return {0, 1};
  }
}

/// Inputs and forces of a problem of two slopes, brought to magnitude one by powers of two, so that
/// no square of what matters vanishes.
struct Scaled {
  Factor x, r;
  int of_x = 0, of_r = 0;
  /// What is below 2^-500 of the largest element may count as zero: all of it collects less.
  double lost = 0;

  Scaled(const Factor& inputs, const Factor& forces)
      : of_x(exponent_of(inputs)), of_r(exponent_of(forces)) {
    x = inputs.unaryExpr([this](double value) { return std::ldexp(value, -of_x); });
    r = forces.unaryExpr([this](double value) { return std::ldexp(value, -of_r); });
    lost = static_cast<double>(x.rows() * (x.cols() + r.cols())) * 0x1p-490;
  }

  double down(double polar) const { return std::ldexp(polar, -of_x - of_r); }
  /// Rounded up where the polar is below the normal numbers.
  double up(double polar) const {
    const double value = std::ldexp(polar, of_x + of_r);
    return value < std::numeric_limits<double>::min() ? std::nextafter(value, infinity) : value;
  }

 private:
  static int exponent_of(const Factor& values) {
    const double largest = values.cwiseAbs().maxCoeff();
    return largest > 0 && std::isfinite(largest) ? std::ilogb(largest) : 0;
  }
};

/// The inputs in an orthonormal basis of what they span, where that has at most `most` dimensions;
/// `left`: sum of ||r_i|| times what is left of x_i; `stretch`: >= the 2-norm of the basis.
struct Spanned {
  Factor points;
  double left = 0, stretch = 1;
};

Spanned spanned(const Factor& x, const Factor& r, Index most) {
  if (x.cols() <= most) return {x, 0, 1};
  const Matrix gram = x.transpose() * x;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram);
  const Vector& values = eigen.eigenvalues();
  const Index rank = (values.array() > 1e-14 * values.maxCoeff()).count();
  if (rank > most || rank == 0) return {};
  const Factor basis = eigen.eigenvectors().rightCols(rank);
  const double defect = (basis.transpose() * basis - Matrix::Identity(rank, rank)).norm();
  const double rounding = gamma(static_cast<double>(x.cols() + 4)) * static_cast<double>(rank);
  Spanned result{x * basis, 0, 1 + defect + 2 * rounding};
  // The products are exact to these units of the rows' lengths.
  const Vector rest = (x - result.points * basis.transpose()).rowwise().norm() +
                      4 * rounding * result.stretch * x.rowwise().norm();
  result.left = rest.dot(r.rowwise().norm());
  return result;
}

/// With the claim's multipliers m > 0, <r, v> |x^T u| <= (<r, v>^2 / m + m (x^T u)^2) / 2, hence
///   polar <= 2 lambda_max [h/2 sum r r^T / m, mean/2 R^T X; ., h/2 sum m x x^T].
PolarBound relaxed(const Scaled& problem, const Slopes& slopes, const Certificate& claim) {
  const Factor &x = problem.x, &r = problem.r;
  const bool usable = claim.slack && claim.slack->cover.rows() == x.rows() &&
                      claim.slack->cover.cols() == 1 && claim.slack->cover.allFinite() &&
                      claim.slack->cover.minCoeff() > 0;
  if (!usable) return none("the claim has no multipliers > 0 for a relaxation");
  const int exponent = claim.slack->exponent + problem.of_x - problem.of_r;
  const Vector m = claim.slack->cover.cast<double>().col(0).unaryExpr(
      [exponent](double value) { return std::ldexp(value, exponent); });
  if (!m.allFinite() || !(m.minCoeff() >= std::numeric_limits<double>::min()))
    return none("the multipliers are out of range");
  const double mean = (slopes.above + slopes.below) / 2, half = (slopes.above - slopes.below) / 2;
  const Index k = r.cols(), d = x.cols();
  Matrix form(k + d, k + d);
  form.topLeftCorner(k, k) = half / 2 * (r.transpose() * m.cwiseInverse().asDiagonal() * r);
  form.bottomLeftCorner(d, k) = mean / 2 * (x.transpose() * r);
  form.topRightCorner(k, d) = form.bottomLeftCorner(d, k).transpose();
  form.bottomRightCorner(d, d) = half / 2 * (x.transpose() * m.asDiagonal() * x);
  const double size =
      half * (r.rowwise().squaredNorm().dot(m.cwiseInverse()) + x.rowwise().squaredNorm().dot(m)) +
      2 * std::abs(mean) * magnitude(x, r, 1);
  const double error = 2 * gamma(static_cast<double>(x.rows() + 16)) * size;
  return certain(problem.up(2 * (largest_eigenvalue(form) + error) * (1 + 4 * unit) + problem.lost),
                 "convex relaxation");
}

/// Over l1 unit vectors u, v: along one output, with either sign, what samples of the other sign
/// take away is left out, and what remains is convex, hence largest at some +-e_j.
PolarBound at_corners(const Scaled& problem, const Slopes& slopes) {
  const Factor &x = problem.x, &r = problem.r;
  const double mean = (slopes.above + slopes.below) / 2, half = (slopes.above - slopes.below) / 2;
  double largest = 0, terms = 0;
  for (Index k = 0; k < r.cols(); ++k)
    for (Index j = 0; j < x.cols(); ++j) {
      double even = 0, up = 0, down = 0;
      for (Index i = 0; i < x.rows(); ++i) {
        even += mean * r(i, k) * x(i, j);
        (r(i, k) > 0 ? up : down) += half * std::abs(r(i, k) * x(i, j));
      }
      largest = std::max(largest, std::abs(even) + std::max(up, down));
      terms = std::max(terms,
                       up + down + std::abs(mean) * r.col(k).cwiseAbs().dot(x.col(j).cwiseAbs()));
    }
  const double error = 1.01 * gamma(static_cast<double>(x.rows()) + 8) * terms;
  return certain(problem.up(largest + error + problem.lost), "corners of a convex relaxation");
}

/// Over l1 unit vectors u, each output by itself: one of them has all of v.
PolarBound by_outputs(const Scaled& problem, const Slopes& slopes, double wanted,
                      const Enough& enough, double work) {
  ConesRequest request;
  request.absolute = true;
  request.wanted = (problem.down(wanted) - problem.lost) * (1 - 8 * unit);
  request.enough = [&](double bound) { return enough(problem.up(bound + problem.lost)); };
  request.work = work / static_cast<double>(problem.r.cols());
  double upper = 0, lower = 0;
  for (Index k = 0; k < problem.r.cols(); ++k) {
    const ConesResult result = bound_by_cones(problem.x, problem.r.col(k), slopes, request);
    upper = std::max(upper, result.upper);
    lower = std::max(lower, result.lower);
  }
  PolarBound bound =
      certain(problem.up(upper + problem.lost), "simplicial cones of a unit's inputs");
  bound.search = std::max(0.0, problem.up(lower - problem.lost) * (1 - 1e-13));
  return bound;
}

/// u enters through the basis alone, as a vector that is no longer than `stretch`, up to what is
/// left of the inputs.
PolarBound by_cones(const Scaled& problem, const Slopes& slopes, double wanted,
                    const Enough& enough, double work) {
  const Spanned inputs = spanned(problem.x, problem.r, dimensions_max);
  if (inputs.points.cols() == 0) return none("inputs of more than 8 dimensions");
  const double left =
      1.01 * inputs.left * std::max(std::abs(slopes.below), slopes.above) + problem.lost;
  const double stretch = inputs.stretch * (1 + 4 * unit);
  const auto whole = [&](double bound) { return problem.up((bound * stretch + left)); };
  ConesRequest request;
  request.wanted = (problem.down(wanted) - left) / stretch * (1 - 8 * unit);
  request.enough = [&](double bound) { return enough(whole(bound)); };
  request.work = work;
  const ConesResult result = bound_by_cones(inputs.points, problem.r, slopes, request);
  PolarBound bound = certain(whole(result.upper), "simplicial cones of a unit's inputs");
  // What is met in the basis is off by as much the other way.
  bound.search = std::max(0.0, problem.up((result.lower - left) * (2 - stretch)) * (1 - 1e-13));
  return bound;
}

}  // namespace

NetworkPolar::NetworkPolar(const NetworkModel& model, const Factor& x) : model_(model), x_(x) {
  open_.resize(x.rows(), model.gates.cols());
#pragma omp parallel for schedule(static)
  for (Index g = 0; g < open_.cols(); ++g)
    for (Index i = 0; i < open_.rows(); ++i) open_(i, g) = lets_through(model, x, i, g);
}

Factor NetworkPolar::behind(Index gate, const Factor& r) const {
  return open_.col(gate).cast<double>().asDiagonal() * r;
}

PolarBound NetworkPolar::gated(const Factor& r) const {
  PolarBound largest{0, 0, Proof::deterministic, 0, "sigma_1 of X^T D R over all gates D"};
  for (Index g = 0; g < open_.cols() && largest.proof != Proof::none; ++g) {
    const PolarBound one = linear(behind(g, r));
    if (one.proof == Proof::none) return one;
    largest.search = std::max(largest.search, one.search);
    largest.bound = std::max(largest.bound, one.bound);
  }
  return largest;
}

double NetworkPolar::collected(const Factor& r, const Factor& u) const {
  const Index pieces = model_.activation.pieces;
  const Factor in = x_ * u;
  Vector sum = Vector::Zero(r.cols());
  std::vector<Real> argument(static_cast<std::size_t>(pieces));
  for (Index i = 0; i < in.rows(); ++i) {
    for (Index p = 0; p < pieces; ++p) argument[static_cast<std::size_t>(p)] = in(i, p);
    sum +=
        static_cast<double>(activated(model_.activation, argument.data())) * r.row(i).transpose();
  }
  const bool product = model_.penalty == UnitPenalty::product;
  const double norm = product ? u.norm() : u.lpNorm<1>();
  if (!(norm > 0)) return 0;
  return (product ? sum.norm() : sum.lpNorm<Eigen::Infinity>()) /
         std::pow(norm, model_.activation.degree());
}

double NetworkPolar::search(const std::vector<double>& gradient) const {
  const Factor r = Eigen::Map<const Factor>(gradient.data(), x_.rows(), model_.outputs());
  const Index pieces = model_.activation.pieces;
  double best = 0;
  for (Index j = 0; j < model_.size(); ++j)
    best = std::max(
        best, collected(model_.gated() ? behind(model_.gate[static_cast<std::size_t>(j)], r) : r,
                        model_.u.middleCols(j * pieces, pieces)));
  if (model_.gated()) return best;
  std::mt19937 generator(1);
  std::normal_distribution<double> normal;
  constexpr int draws = 32;
  for (int draw = 0; draw < draws; ++draw)
    best = std::max(best, collected(r, Factor::NullaryExpr(x_.cols(), pieces,
                                                           [&] { return normal(generator); })));
  return best;
}

PolarBound NetworkPolar::linear(const Factor& r) const {
  const Factor product = x_.transpose() * r;
  const double error = 1.01 * gamma(static_cast<double>(x_.rows())) * magnitude(x_, r, 1);
  if (model_.penalty == UnitPenalty::path)
    return attained(product.cwiseAbs().maxCoeff() + error, "largest element of X^T R");
  const Factor thin = product.rows() >= product.cols() ? product : Factor(product.transpose());
  const Gram gram = gram_of(thin);
  const double square = std::max(0.0, largest_eigenvalue(gram.matrix)) + gram.error;
  return attained((std::sqrt(square) + error) * (1 + 8 * unit), "sigma_1 of X^T R");
}

PolarBound NetworkPolar::square(const Factor& r) const {
  const Matrix form = x_.transpose() * r.col(0).asDiagonal() * x_;
  const double error = 1.01 * gamma(static_cast<double>(x_.rows() + 4)) * magnitude(x_, r, 2);
  // Only the lower triangle is looked at: the upper one, summed in another order, plays no part.
  const double largest =
      std::max({0.0, largest_eigenvalue(form), largest_eigenvalue(Matrix(-form))});
  return attained((largest + error) * (1 + 4 * unit), "largest |eigenvalue| of X^T diag(R) X");
}

PolarBound NetworkPolar::two_slopes(const Factor& r, const Certificate& claim, const Enough& enough,
                                    double work) const {
  const Scaled problem(x_, r);
  const Slopes slopes = slopes_of(model_.activation);
  const bool path = model_.penalty == UnitPenalty::path;
  PolarBound best = relaxed(problem, slopes, claim);  // l1 norms are no smaller: it holds for both
  const auto take = [&](const PolarBound& bound) {
    if (bound.bound < best.bound) best = bound;
  };
  if (path) take(at_corners(problem, slopes));
  if (best.proof != Proof::none && enough(best.bound)) return best;
  if (!path)
    take(by_cones(problem, slopes, claim.polar_bound, enough, work));
  else if (x_.cols() <= dimensions_max)
    take(by_outputs(problem, slopes, claim.polar_bound, enough, work));
  return best;
}

PolarBound NetworkPolar::bound(const std::vector<double>& gradient, const Certificate& claim,
                               const Enough& enough, double work) const {
  const Factor r = Eigen::Map<const Factor>(gradient.data(), x_.rows(), model_.outputs());
  const Activation& activation = model_.activation;
  if (!(r.array() != 0).any() || !(x_.array() != 0).any())
    return {0, 0, Proof::deterministic, 0, "no input or no force is other than zero"};
  PolarBound best = none("nothing is proved of " + activation.to_string() + " units");
  if (model_.gated()) {
    best = gated(r);
  } else if (activation.kind == Activation::Kind::linear) {
    best = linear(r);
  } else if (activation.kind == Activation::Kind::square) {
    if (r.cols() == 1) best = square(r);
  } else if (activation.two_slopes()) {
    best = two_slopes(r, claim, enough, work);
  }
  best.search = std::max(best.search, search(gradient));
  return best;
}

}  // namespace hadal::verify
