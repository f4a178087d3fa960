#include "hadal/certify/certificate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hadal/loss/squared.hpp"

namespace hadal {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(DualScaleLimit, NeverLetsTheScaledPolarExceedLambda) {
  for (double bound = 1e-3; bound < 1e3; bound *= 1.37) {
    const double s = dual_scale_limit(0.7, bound);
    EXPECT_LE(static_cast<long double>(s) * bound, 0.7L);
    EXPECT_LE(s, 1);
    EXPECT_GE(s, std::min(1.0, 0.7 / bound) * (1 - 1e-15));
  }
}

TEST(DualScaleLimit, KnowsNothingFromAnInfiniteBound) {
  EXPECT_EQ(dual_scale_limit(1, infinity), 0);
  EXPECT_EQ(dual_scale_limit(1, 0), 1);
}

TEST(Certificate, IsNeverBetterThanItsProof) {
  const DualPoint dual{4.9, 0.9, 0.01};
  const PolarBound bound{1.2, Proof::none, "search", 0};
  const Certificate c = assemble_certificate(5, dual, bound);
  EXPECT_EQ(c.proof, Proof::none);
  EXPECT_EQ(c.failure_probability, 1);
  EXPECT_DOUBLE_EQ(c.lower_bound, 4.89);
  EXPECT_NEAR(c.gap, 0.11, 1e-14);
  EXPECT_NEAR(c.relative_gap, 0.022, 1e-14);
  EXPECT_EQ(c.polar_bound, 1.2);
  EXPECT_EQ(c.dual_scale, 0.9);
  EXPECT_NE(status_of(c, 1), Status::optimal);
}

TEST(Certificate, LowerBoundIsNeverAboveTheObjective) {
  const PolarBound bound{1, Proof::deterministic, "exact", 0};
  const Certificate c = assemble_certificate(5, {5.1, 1, 0}, bound);
  EXPECT_EQ(c.lower_bound, 5);
  EXPECT_EQ(c.gap, 0);
}

TEST(Certificate, AnInfiniteBoundProvesZeroOnly) {
  const SquaredLoss loss(Vector::Ones(4));
  Vector residual;
  const double value = loss.evaluate(Vector::Zero(4), residual);
  const Certificate c =
      certify(loss, value, residual, 0.5, {infinity, Proof::probabilistic, "too few steps", 1e-12});
  EXPECT_LE(c.lower_bound, 0);
  EXPECT_NEAR(c.relative_gap, 1, 1e-15);
  EXPECT_EQ(status_of(c, 1e-6), Status::bounded);
}

TEST(Certificate, OptimalIsOnOneSideOfTheToleranceOnly) {
  Certificate c;
  c.proof = Proof::deterministic;
  c.relative_gap = 1e-6;
  EXPECT_EQ(status_of(c, 1e-6), Status::optimal);
  c.relative_gap = std::nextafter(1e-6, 1);
  EXPECT_EQ(status_of(c, 1e-6), Status::bounded);
  c.relative_gap = std::nan("");
  EXPECT_NE(status_of(c, 1e-6), Status::optimal);
}

}  // namespace
}  // namespace hadal
