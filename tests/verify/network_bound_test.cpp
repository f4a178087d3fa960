#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "../../verify/src/direction_cones.hpp"
#include "../../verify/src/network_polar.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/model/polar_slack.hpp"
#include "math/hidden_unit_support.hpp"
#include "problem_count.hpp"

/// Bounds on what a hidden unit collects are never below anything that a search finds.
namespace hadal::verify {
namespace {

using test::Draws;

const std::vector<Slopes> all_slopes{{0, 1}, {0.1, 1}, {-1, 1}};

double value(const Factor& p, const Factor& r, const Slopes& slopes, const Vector& u) {
  const Vector act =
      (p * u).unaryExpr([&](double t) { return t < 0 ? slopes.below * t : slopes.above * t; });
  return (r.transpose() * act).norm();
}

/// The maximum by all patterns of signs: with the samples of a set at their kinks and signs of the
/// others given, what is collected is linear, and its largest value is at a singular vector. All
/// vectors met in this way attain their value, whether or not they have the signs.
double by_patterns(const Factor& p, const Factor& r, const Slopes& slopes) {
  const auto n = static_cast<std::size_t>(p.rows());
  double best = 0;
  for (std::uint32_t kinks = 0; kinks < 1u << n; ++kinks) {
    const Index held = std::popcount(kinks);
    if (held >= p.cols()) continue;
    Matrix across = Matrix::Zero(p.cols(), std::max<Index>(held, 1));
    for (std::size_t i = 0, k = 0; i < n; ++i)
      if (kinks >> i & 1) across.col(static_cast<Index>(k++)) = p.row(static_cast<Index>(i));
    const Eigen::JacobiSVD<Matrix> kept(across, Eigen::ComputeFullU);
    const Matrix basis = kept.matrixU().rightCols(p.cols() - held);
    for (std::uint32_t signs = 0; signs < 1u << n; ++signs) {
      if (signs & kinks) continue;
      Matrix map = Matrix::Zero(r.cols(), p.cols());
      for (std::size_t i = 0; i < n; ++i)
        if (!(kinks >> i & 1)) {
          const auto row = static_cast<Index>(i);
          map +=
              (signs >> i & 1 ? slopes.above : slopes.below) * r.row(row).transpose() * p.row(row);
        }
      const Eigen::JacobiSVD<Matrix> svd(Matrix(map * basis), Eigen::ComputeThinV);
      const Vector u = basis * svd.matrixV().col(0);
      best = std::max({best, value(p, r, slopes, u), value(p, r, slopes, -u)});
    }
  }
  return best;
}

/// Asks for a bound that exceeds what is known to be attained by this part, and where that is
/// nothing by next to nothing.
ConesRequest within(double attained, double part) {
  ConesRequest request;
  request.wanted = attained * (1 + part) + 1e-12;
  request.enough = [wanted = request.wanted](double bound) { return bound <= wanted; };
  request.work = 1e9;
  return request;
}

/// A problem with what is hard about real ones: equal samples, zeros, a constant input.
struct Problem {
  Factor p, r;
};
Problem problem_of(Draws& draws, Index samples, Index dimensions, Index outputs, int trial) {
  Problem problem{draws.matrix(samples, dimensions), draws.matrix(samples, outputs)};
  if (trial % 3 == 0) problem.p.col(dimensions - 1).setOnes();
  if (trial % 4 == 0) problem.p.row(1) = problem.p.row(0);
  if (trial % 5 == 0) problem.p.row(1) = -problem.p.row(0);
  if (trial % 6 == 0) problem.p.row(samples - 1).setZero();
  if (trial % 7 == 0) problem.r = -problem.r.cwiseAbs();
  if (trial % 8 == 0) problem.p = problem.p.array().round();
  return problem;
}

TEST(NetworkBound, OfConesIsTheMaximumOverAllPatternsOfSigns) {
  Draws draws(1);
  constexpr double tight = 1e-6;
  const int trials = test::problem_count(300);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 2 + draws.below(5), d = 1 + draws.below(3), k = 1 + draws.below(3);
    const auto [p, r] = problem_of(draws, n, d, k, trial);
    for (const Slopes& slopes : all_slopes) {
      const double exact = by_patterns(p, r, slopes);
      const ConesResult bound = bound_by_cones(p, r, slopes, within(exact, tight));
      EXPECT_GE(bound.upper, exact * (1 - 1e-14)) << trial << " " << n << " " << d << " " << k;
      EXPECT_LE(bound.upper, exact * (1 + tight) + 2e-12) << trial << " " << n << " " << d << k;
      EXPECT_LE(bound.lower, exact * (1 + 1e-12));
    }
  }
}

/// Of one output and u of l1 norm 1: between all planes p_i^T u = 0 and u_j = 0 the value is
/// linear, hence largest along a ray where d - 1 of them meet.
double by_rays(const Factor& p, const Factor& r, const Slopes& slopes) {
  const Index n = p.rows(), d = p.cols();
  Factor planes(n + d, d);
  planes << p, Factor::Identity(d, d);
  double best = 0;
  for (Index chosen = 0; chosen < Index{1} << (n + d); ++chosen) {
    if (__builtin_popcountll(static_cast<unsigned long long>(chosen)) != d - 1) continue;
    Matrix normals = Matrix::Zero(d, d);
    Index count = 0;
    for (Index i = 0; i < n + d; ++i)
      if (chosen >> i & 1) normals.col(count++) = planes.row(i);
    const Eigen::JacobiSVD<Matrix> svd(normals, Eigen::ComputeFullU);
    const Vector u = svd.matrixU().col(d - 1) / svd.matrixU().col(d - 1).lpNorm<1>();
    best = std::max({best, value(p, r, slopes, u), value(p, r, slopes, -u)});
  }
  return best;
}

TEST(NetworkBound, OfConesAndAbsoluteSumsIsTheMaximumOverAllRays) {
  Draws draws(11);
  constexpr double tight = 1e-6;
  const int trials = test::problem_count(300);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 2 + draws.below(6), d = 1 + draws.below(3);
    const auto [p, r] = problem_of(draws, n, d, 1, trial);
    for (const Slopes& slopes : all_slopes) {
      const double exact = by_rays(p, r, slopes);
      ConesRequest request = within(exact, tight);
      request.absolute = true;
      const ConesResult bound = bound_by_cones(p, r, slopes, request);
      EXPECT_GE(bound.upper, exact * (1 - 1e-14)) << trial << " " << n << " " << d;
      EXPECT_LE(bound.upper, exact * (1 + tight) + 2e-12) << trial << " " << n << " " << d;
      EXPECT_LE(bound.lower, exact * (1 + 1e-12));
    }
  }
}

/// However early the division stops, what it says holds.
TEST(NetworkBound, OfConesHoldsWhereverItStops) {
  Draws draws(2);
  const int trials = test::problem_count(400);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 5 + draws.below(60), d = 2 + draws.below(4), k = 1 + draws.below(4);
    const auto [p, r] = problem_of(draws, n, d, k, trial);
    const Slopes& slopes = all_slopes[static_cast<std::size_t>(trial) % all_slopes.size()];
    double best = 0;
    for (int draw = 0; draw < 300; ++draw)
      best = std::max(best, value(p, r, slopes, draws.vector(d).normalized()));
    for (const double work : {0.0, 1e3, 1e4, 1e5, 1e6}) {
      ConesRequest request = within(best, 1e-3);
      request.work = work;
      EXPECT_GE(bound_by_cones(p, r, slopes, request).upper, best) << trial << " " << work;
    }
  }
}

/// In the plane a fine grid is as good as an enumeration: between two angles that are e apart the
/// value changes by at most e times the sum of || r_i || || p_i ||.
TEST(NetworkBound, OfConesInThePlaneIsThatOfAGrid) {
  Draws draws(3);
  constexpr int angles = 20'000;
  const int trials = test::problem_count(20);
  for (int trial = 0; trial < trials; ++trial) {
    const auto [p, r] = problem_of(draws, 40, 2, 1 + trial % 2, trial);
    const Slopes& slopes = all_slopes[static_cast<std::size_t>(trial) % all_slopes.size()];
    double best = 0;
    for (int angle = 0; angle < angles; ++angle) {
      const double a = 2 * M_PI * angle / angles;
      best = std::max(best, value(p, r, slopes, Vector{{std::cos(a), std::sin(a)}}));
    }
    const double between = M_PI / angles * p.rowwise().norm().dot(r.rowwise().norm()) / best;
    const ConesResult bound = bound_by_cones(p, r, slopes, within(best, between + 1e-9));
    EXPECT_GE(bound.upper, best);
    EXPECT_LE(bound.upper, best * (1 + between + 1e-8)) << trial;
  }
}

NetworkModel model_of(const std::string& activation, Index inputs, Index outputs) {
  NetworkModel model;
  model.activation = Activation::from_string(activation);
  model.offset = Vector::Zero(outputs);
  model.u.resize(inputs, 0);
  model.v.resize(outputs, 0);
  return model;
}

/// The bound on the polar of r in the claim of a model that asks for it within a millionth.
PolarBound polar_of(const NetworkModel& model, const Factor& x, const Factor& r, double attained,
                    const Certificate& given = {}) {
  Certificate claim = given;
  claim.polar_bound = attained * (1 + 1e-6);
  const Enough enough = [&](double bound) { return bound <= claim.polar_bound; };
  const std::vector<double> gradient(r.data(), r.data() + r.size());
  constexpr double work = 1e9;
  return NetworkPolar(model, x).bound(gradient, claim, enough, work);
}

TEST(NetworkBound, OfLinearUnitsIsASingularValue) {
  Draws draws(4);
  for (int trial = 0; trial < 30; ++trial) {
    const Factor x = draws.matrix(30, 1 + draws.below(20)),
                 r = draws.matrix(30, 1 + draws.below(5));
    const double exact = Eigen::JacobiSVD<Matrix>(Matrix(x.transpose() * r)).singularValues()[0];
    const PolarBound bound = polar_of(model_of("linear", x.cols(), r.cols()), x, r, exact);
    EXPECT_EQ(bound.proof, Proof::deterministic);
    EXPECT_GE(bound.bound, exact * (1 - 1e-14));
    EXPECT_LE(bound.bound, exact * (1 + 1e-9));
  }
}

TEST(NetworkBound, OfSquareUnitsIsTheLargestEigenvalueOfEitherSign) {
  Draws draws(5);
  for (int trial = 0; trial < 30; ++trial) {
    const Factor x = draws.matrix(30, 1 + draws.below(20));
    Factor r = draws.matrix(30, 1);
    if (trial % 3 == 0) r = r.cwiseAbs();
    if (trial % 3 == 1) r = -r.cwiseAbs();
    const Matrix form = x.transpose() * r.col(0).asDiagonal() * x;
    const double exact =
        Eigen::SelfAdjointEigenSolver<Matrix>(form).eigenvalues().cwiseAbs().maxCoeff();
    const PolarBound bound = polar_of(model_of("square", x.cols(), 1), x, r, exact);
    EXPECT_EQ(bound.proof, Proof::deterministic);
    EXPECT_GE(bound.bound, exact * (1 - 1e-14));
    EXPECT_LE(bound.bound, exact * (1 + 1e-9));
  }
}

TEST(NetworkBound, OfWhatHasNoneIsNotClaimed) {
  Draws draws(6);
  const Factor x = draws.matrix(20, 3), r = draws.matrix(20, 2);
  EXPECT_EQ(polar_of(model_of("square", 3, 2), x, r, 1).proof, Proof::none);
  EXPECT_EQ(polar_of(model_of("maxout:2", 3, 2), x, r, 1).proof, Proof::none);
  // Too many dimensions, and no multipliers.
  EXPECT_EQ(polar_of(model_of("relu", 10, 2), draws.matrix(20, 10), r, 1).proof, Proof::none);
}

TEST(NetworkBound, OfInputsThatSpanFewDimensionsIsThatOfThoseDimensions) {
  Draws draws(7);
  const Factor p = draws.matrix(25, 3), r = draws.matrix(25, 1), turn = draws.matrix(3, 12);
  const Factor x = p * turn;
  const Eigen::JacobiSVD<Matrix> svd(Matrix(turn), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Factor points = p * svd.matrixU() * svd.singularValues().asDiagonal();
  double best = 0;
  for (int draw = 0; draw < 20'000; ++draw)
    best = std::max(best, value(points, r, {0, 1}, draws.vector(3).normalized()));
  const ConesResult direct = bound_by_cones(points, r, {0, 1}, within(best, 1e-4));
  best = std::max(best, direct.lower);
  const PolarBound bound = polar_of(model_of("relu", 12, 1), x, r, direct.upper);
  EXPECT_EQ(bound.proof, Proof::deterministic);
  EXPECT_GE(bound.bound, best);
  EXPECT_LE(bound.bound, direct.upper * (1 + 2e-6));
}

/// Whatever the multipliers, a unit collects no more than the relaxation says.
TEST(NetworkBound, OfARelaxationHoldsForAnyMultipliers) {
  Draws draws(8);
  const int trials = test::problem_count(40);
  for (int trial = 0; trial < trials; ++trial) {
    const Index d = 9 + draws.below(4), k = 1 + draws.below(3);
    const auto [x, r] = problem_of(draws, 30, d, k, trial);
    Certificate claim;
    PolarSlack slack;
    slack.cover = draws.matrix(30, 1).cwiseAbs().cast<float>().array() + 0.01f;
    slack.exponent = trial % 3 - 1;
    claim.slack = std::make_shared<const PolarSlack>(slack);
    const std::string name = std::vector<std::string>{"relu", "leaky:0.1", "abs"}[trial % 3u];
    const NetworkModel model = model_of(name, d, k);
    const PolarBound bound = polar_of(model, x, r, 1, claim);
    ASSERT_EQ(bound.proof, Proof::deterministic);
    const Slopes slopes = all_slopes[static_cast<std::size_t>(trial) % 3];
    for (int draw = 0; draw < 500; ++draw)
      EXPECT_LE(value(x, r, slopes, draws.vector(d).normalized()), bound.bound) << trial;
  }
}

/// Of one sample the relaxation with m = ||r|| / ||x|| is what the unit collects.
TEST(NetworkBound, OfARelaxationIsExactForOneSample) {
  Draws draws(10);
  const Factor x = draws.matrix(1, 9), r = draws.matrix(1, 2);
  Certificate claim;
  PolarSlack slack;
  slack.cover = SingleFactor::Constant(1, 1, static_cast<float>(r.norm() / x.norm()));
  claim.slack = std::make_shared<const PolarSlack>(slack);
  for (const std::string name : {"relu", "leaky:0.1", "abs"}) {
    const double exact = r.norm() * x.norm();
    const PolarBound bound = polar_of(model_of(name, 9, 2), x, r, exact, claim);
    EXPECT_EQ(bound.method, "convex relaxation");
    EXPECT_GE(bound.bound, exact * (1 - 1e-14));
    EXPECT_LE(bound.bound, exact * (1 + 1e-6));
  }
}

/// Squares of tiny inputs or forces vanish; what they collect does not.
TEST(NetworkBound, OfTinyAndHugeNumbersIsScaledExactly) {
  Draws draws(9);
  const Factor x = draws.matrix(20, 3), r = draws.matrix(20, 2);
  const NetworkModel model = model_of("relu", 3, 2);
  const double attained = bound_by_cones(x, r, {0, 1}, within(20, 1e-3)).lower;
  const double one = polar_of(model, x, r, 1.2 * attained).bound;
  for (const int exponent : {-900, -600, -520, 400, 600}) {
    const double scale = std::ldexp(1.0, exponent);
    for (const auto& [of_x, of_r] : {std::pair{scale, 1.0}, std::pair{1.0, scale}}) {
      const PolarBound bound = polar_of(model, of_x * x, of_r * r, 1.2 * attained * scale);
      EXPECT_EQ(bound.bound, one * scale) << exponent;
    }
  }
}

}  // namespace
}  // namespace hadal::verify
