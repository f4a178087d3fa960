#include "hadal/solve/growth.hpp"

#include <gtest/gtest.h>

#include "hadal/loss/squared.hpp"

namespace hadal {
namespace {

TEST(GrowthCount, TakesWhatCollectsMoreThanTheThreshold) {
  EXPECT_EQ(growth_count({}, 1), 0);
  EXPECT_EQ(growth_count({1.0}, 1), 0);  // exactly the threshold is not enough
  EXPECT_EQ(growth_count({1.0 + 1e-15}, 1), 1);
  EXPECT_EQ(growth_count({1.05, 1.02, 1.01, 0.99}, 1), 3);
  EXPECT_EQ(growth_count({std::nan("")}, 1), 0);
}

TEST(GrowthCount, CutsAtTheClearestDrop) {
  EXPECT_EQ(growth_count({1.19, 1.0}, 0.5), 2);  // below a fifth: a smooth spectrum
  EXPECT_EQ(growth_count({1.21, 1.0}, 0.5), 1);  // above: signal, then noise
  EXPECT_EQ(growth_count({10, 9, 3, 2.9}, 1), 2);
  EXPECT_EQ(growth_count({10, 7, 1.5, 1.4}, 1), 2);  // the largest of two drops
  EXPECT_EQ(growth_count({10, 9.5, 0.1}, 1), 2);     // a drop below the threshold cuts nothing
}

TEST(GrowthScale, IsExactForAQuadraticLoss) {
  const SquaredLoss loss((Vector(3) << 3, -1, 2).finished());
  const Vector z = Vector::Zero(3), dz = (Vector(3) << 1, 0, 1).finished();
  Vector residual;
  loss.evaluate(z, residual);
  // <R, dz> = 5, |dz|^2 = 2: the slope is price - 5 + 2 tau.
  EXPECT_NEAR(growth_scale(loss, z, dz, 1.0, residual.dot(dz)), 2.0, 1e-6);
  EXPECT_NEAR(growth_scale(loss, z, dz, 4.9, residual.dot(dz)), 0.05, 1e-7);
  EXPECT_EQ(growth_scale(loss, z, dz, 5.0, residual.dot(dz)), 0);
  EXPECT_EQ(growth_scale(loss, z, dz, 6.0, residual.dot(dz)), 0);
}

TEST(GrowthScale, ClosedFormAgreesWithTheSearch) {
  const SquaredLoss loss((Vector(3) << 3, -1, 2).finished(), (Vector(3) << 1, 2, 0.5).finished());
  const Vector z = Vector::Zero(3), dz = (Vector(3) << 1, 0.5, 1).finished();
  Vector residual;
  loss.evaluate(z, residual);
  const double collected = residual.dot(dz);
  for (const double price : {0.1, 1.0, 0.99 * collected, collected, 2 * collected}) {
    EXPECT_NEAR(quadratic_growth_scale(loss, dz, price, collected),
                growth_scale(loss, z, dz, price, collected), 1e-6);
  }
}

TEST(GrowthScale, ReachesFarBeyondItsFirstTrial) {
  const SquaredLoss loss(Vector::Constant(2, 1e6));
  Vector residual;
  loss.evaluate(Vector::Zero(2), residual);
  EXPECT_NEAR(
      growth_scale(loss, Vector(Vector::Zero(2)), Vector(Vector::Ones(2)), 0.0, residual.sum()),
      1e6, 2.0);
}

/// sum of cosh(z - y) - 1: convex, far from quadratic.
struct Steep {
  Vector y;
  double evaluate(const Vector& z, Vector& residual) const {
    residual = -(z - y).array().sinh();
    return ((z - y).array().cosh() - 1).sum();
  }
  DualPoint dual(const Vector&, double) const { return {}; }
};

TEST(GrowthScale, FindsTheMinimumOfAnyConvexLoss) {
  const Steep loss{(Vector(2) << 4, 6).finished()};
  const Vector z = Vector::Zero(2), dz = Vector::Ones(2);
  Vector residual;
  loss.evaluate(z, residual);
  const double tau = growth_scale(loss, z, dz, 0.5, residual.dot(dz));
  Vector at;
  loss.evaluate(z + tau * dz, at);
  EXPECT_NEAR(0.5 - at.dot(dz), 0, 2e-6 * residual.sum());
  EXPECT_NEAR(tau, 5, 0.2);
}

}  // namespace
}  // namespace hadal
