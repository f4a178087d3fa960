#include "hadal/certify/direction_bound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hadal/algebra/decompositions.hpp"
#include "hidden_unit_support.hpp"
#include "problem_count.hpp"

namespace hadal {
namespace {

constexpr TwoSlopes relu{0.5, 0.5}, absolute{0, 1}, leaky{0.55, 0.45};

double value(const Factor& p, const Factor& q, const TwoSlopes& slopes, const Vector& u) {
  const Vector t = p * u;
  return (q.transpose() * (slopes.mean * t + slopes.half * t.cwiseAbs())).norm();
}

/// The maximum over a cone where signs are fixed is that of a linear map: at its top singular
/// vector where that lies in the cone, else on a face, where a sample is at its kink. All faces of
/// all cones: subspaces orthogonal to some samples, with every pattern of signs of the others.
double by_enumeration(const Factor& p, const Factor& q, const TwoSlopes& slopes) {
  const Index n = p.rows(), d = p.cols();
  double best = 0;
  for (Index kinks = 0; kinks < Index{1} << n; ++kinks) {
    if (__builtin_popcountll(static_cast<unsigned long long>(kinks)) >= d) continue;
    Matrix held(d, n);
    Index count = 0;
    for (Index i = 0; i < n; ++i)
      if (kinks >> i & 1) held.col(count++) = p.row(i);
    Matrix basis = Matrix::Identity(d, d);
    if (count > 0) {
      const Eigen::JacobiSVD<Matrix> svd(held.leftCols(count), Eigen::ComputeFullU);
      basis = svd.matrixU().rightCols(d - count);
    }
    for (Index signs = 0; signs < Index{1} << n; ++signs) {
      if (signs & kinks) continue;
      Matrix map = Matrix::Zero(q.cols(), d);
      for (Index i = 0; i < n; ++i) {
        if (kinks >> i & 1) continue;
        const double slope = slopes.mean + (signs >> i & 1 ? slopes.half : -slopes.half);
        map += slope * q.row(i).transpose() * p.row(i);
      }
      const Matrix restricted = map * basis;
      const Eigen::JacobiSVD<Matrix> svd(restricted, Eigen::ComputeThinV);
      const Vector u = basis * svd.matrixV().col(0);
      // Whether in the cone or not, f there is attained.
      best = std::max({best, value(p, q, slopes, u), value(p, q, slopes, -u)});
    }
  }
  return best;
}

TEST(DirectionBound, IsTheMaximumOverAllPatternsOfSigns) {
  test::Draws draws(1);
  DirectionBoundOptions options;
  options.precision = 1e-7;
  const int trials = test::problem_count(60);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 2 + draws.below(5), d = 2 + draws.below(2), k = 1 + draws.below(2);
    const Factor p = draws.matrix(n, d), q = draws.matrix(n, k);
    for (const TwoSlopes& slopes : {relu, absolute, leaky}) {
      const double exact = by_enumeration(p, q, slopes);
      const DirectionBound bound = bound_directions(p, q, slopes, options);
      EXPECT_GE(bound.upper, exact * (1 - 1e-14)) << n << " " << d << " " << k;
      EXPECT_LE(bound.upper, exact * (1 + 1e-6) + 1e-12) << n << " " << d << " " << k;
      EXPECT_NEAR(value(p, q, slopes, bound.direction.normalized()), bound.lower,
                  1e-12 * (1 + exact));
      EXPECT_GE(relaxed_direction_bound(p, q, slopes).upper, exact);
    }
  }
}

/// f(u) / ||u||_1 of one output is a ratio of linear functions on the cones between all planes
/// p_i^T u = 0 and u_j = 0: it is largest along a ray where d - 1 of them meet.
double by_rays(const Factor& p, const Factor& q, const TwoSlopes& slopes) {
  const Index n = p.rows(), d = p.cols();
  Factor planes(n + d, d);
  planes << p, Factor::Identity(d, d);
  double best = 0;
  for (Index chosen = 0; chosen < Index{1} << (n + d); ++chosen) {
    if (__builtin_popcountll(static_cast<unsigned long long>(chosen)) != d - 1) continue;
    Matrix normals(d, d - 1);
    Index count = 0;
    for (Index i = 0; i < n + d; ++i)
      if (chosen >> i & 1) normals.col(count++) = planes.row(i);
    const Eigen::JacobiSVD<Matrix> svd(normals, Eigen::ComputeFullU);
    const Vector u = svd.matrixU().col(d - 1) / svd.matrixU().col(d - 1).lpNorm<1>();
    best = std::max({best, value(p, q, slopes, u), value(p, q, slopes, -u)});
  }
  return best;
}

TEST(DirectionBound, OfAbsoluteSumsIsTheMaximumOverAllRays) {
  test::Draws draws(4);
  DirectionBoundOptions options;
  options.norm = UnitPenalty::path;
  options.precision = 1e-7;
  const int trials = test::problem_count(60);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 2 + draws.below(7), d = 2 + draws.below(2);
    const Factor p = draws.matrix(n, d), q = draws.matrix(n, 1);
    for (const TwoSlopes& slopes : {relu, absolute, leaky}) {
      const double exact = by_rays(p, q, slopes);
      const DirectionBound bound = bound_directions(p, q, slopes, options);
      EXPECT_GE(bound.upper, exact * (1 - 1e-14)) << n << " " << d;
      EXPECT_LE(bound.upper, exact * (1 + 1e-6) + 1e-12) << n << " " << d;
      EXPECT_GE(corner_bound(p, q, slopes), exact * (1 - 1e-14));
    }
  }
}

TEST(CornerBound, IsExactWhereAllForcesHelp) {
  test::Draws draws(5);
  const Factor p = draws.matrix(9, 4), q = draws.matrix(9, 1).cwiseAbs();
  double largest = 0;
  for (Index j = 0; j < 4; ++j)
    for (const double sign : {1.0, -1.0})
      largest = std::max(largest, value(p, q, relu, sign * Vector::Unit(4, j)));
  EXPECT_NEAR(corner_bound(p, q, relu), largest, 1e-12);
}

TEST(DirectionBound, IsNeverBelowWhatRandomDirectionsCollect) {
  test::Draws draws(2);
  DirectionBoundOptions options;
  options.precision = 1e-3;
  options.nodes_max = 20'000;
  const int trials = test::problem_count(40);
  for (int trial = 0; trial < trials; ++trial) {
    const Index n = 5 + draws.below(60), d = 2 + draws.below(4), k = 1 + draws.below(4);
    Factor p = draws.matrix(n, d), q = draws.matrix(n, k);
    if (trial % 3 == 0) p.col(d - 1).setOnes();
    if (trial % 4 == 0) p.row(1) = p.row(0);
    if (trial % 5 == 0) p.row(2).setZero();
    const double upper = bound_directions(p, q, relu, options).upper;
    const double relaxed = relaxed_direction_bound(p, q, relu).upper;
    for (int draw = 0; draw < 2000; ++draw) {
      const double reached = value(p, q, relu, draws.vector(d).normalized());
      EXPECT_LE(reached, upper);
      EXPECT_LE(reached, relaxed);
    }
  }
}

TEST(DirectionBound, ScalesWithForcesAndSamples) {
  test::Draws draws(3);
  const Factor p = draws.matrix(20, 3), q = draws.matrix(20, 1);
  DirectionBoundOptions options;
  options.precision = 1e-6;
  const double one = bound_directions(p, q, relu, options).upper;
  for (const double scale : {1e-100, 1e-8, 1e8, 1e100})
    EXPECT_NEAR(bound_directions(p, scale * q, relu, options).upper, scale * one,
                1e-5 * scale * one);
}

TEST(RelaxedDirectionBound, IsExactForOneSampleAndLooseByLittleForFew) {
  const Factor p = Factor::Constant(1, 2, 3), q = Factor::Constant(1, 1, 2);
  // Both halves of relu(t) = (t + |t|) / 2 are largest together.
  EXPECT_NEAR(relaxed_direction_bound(p, q, relu).upper, 2 * std::sqrt(18.0), 1e-4);
}

}  // namespace
}  // namespace hadal
