#include "hadal/certify/lanczos.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "math/support.hpp"

namespace hadal {
namespace {

Lanczos::Operator by(const Matrix& a) {
  return [&a](const Vector& x, Vector& y) { y = a * x; };
}

Matrix with_eigenvalues(const Vector& values, unsigned seed) {
  test::Random random(seed);
  const Matrix basis = random.orthonormal(values.size(), values.size());
  return basis * values.asDiagonal() * basis.transpose();
}

TEST(Lanczos, RitzValuesAreLowerValuesAndGrow) {
  const Vector values = Vector::LinSpaced(60, 0.1, 3);
  const Matrix a = with_eigenvalues(values, 1);
  for (unsigned seed = 0; seed < 20; ++seed) {
    Lanczos lanczos(60, seed, by(a));
    double before = 0;
    for (const Index steps : {1, 5, 12, 30, 60}) {
      lanczos.run_to(steps);
      EXPECT_EQ(lanczos.steps(), steps);
      EXPECT_GE(lanczos.ritz_values()[0], before * (1 - 1e-14));
      EXPECT_LE(lanczos.ritz_values()[0], 3 * (1 + 1e-13));
      before = lanczos.ritz_values()[0];
    }
    EXPECT_NEAR(before, 3, 1e-12);
  }
}

TEST(Lanczos, FullRunsFindEveryEigenvalueWithItsVector) {
  const Vector values = Vector::LinSpaced(25, 25, 1);
  const Matrix a = with_eigenvalues(values, 2);
  Lanczos lanczos(25, 7, by(a));
  lanczos.run_to(1000);
  EXPECT_EQ(lanczos.steps(), 25);
  EXPECT_LT((lanczos.ritz_values() - values).norm(), 1e-11);
  const Matrix vectors = lanczos.ritz_vectors(25);
  EXPECT_LT((vectors.transpose() * vectors - Matrix::Identity(25, 25)).norm(), 1e-11);
  EXPECT_LT((a * vectors - vectors * values.asDiagonal()).norm(), 1e-10);
}

TEST(Lanczos, GoesOnWhereTheKrylovSpaceEnds) {
  Vector values = Vector::Zero(30);
  values.head(3) << 4, 4, 1;  // a low rank, and one value twice
  const Matrix a = with_eigenvalues(values, 3);
  Lanczos lanczos(30, 5, by(a));
  lanczos.run_to(30);
  EXPECT_NEAR(lanczos.ritz_values()[0], 4, 1e-12);
  EXPECT_NEAR(lanczos.ritz_values()[1], 4, 1e-12);  // needs the fresh direction
  EXPECT_NEAR(lanczos.ritz_values()[2], 1, 1e-12);
  EXPECT_NEAR(lanczos.ritz_values()[3], 0, 1e-12);
  const Matrix zero = Matrix::Zero(10, 10);
  Lanczos nothing(10, 1, by(zero));
  nothing.run_to(10);
  EXPECT_EQ(nothing.ritz_values()[0], 0);
}

TEST(LanczosBound, HoldsForEverySeed) {
  // The hardest spectrum known for Lanczos: zeros of Chebyshev kind, crowded at the top.
  const Index n = 200;
  const Vector values =
      Vector::NullaryExpr(n, [&](Index k) { return 0.5 + 0.5 * std::cos(M_PI * double(k) / n); });
  const Matrix a = values.asDiagonal();
  int finite = 0, violated = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Lanczos lanczos(n, seed, by(a));
    for (const Index steps : {10, 25, 50}) {
      lanczos.run_to(steps);
      const double bound = largest_eigenvalue_bound(lanczos.ritz_values()[0], steps, n, 1e-3);
      finite += std::isfinite(bound);
      violated += bound < 1;
    }
  }
  EXPECT_GT(finite, 600);
  EXPECT_EQ(violated, 0);
}

TEST(LanczosBound, IsTheFormulaSolvedForTheShortfall) {
  const Index n = 943, steps = 100;
  const double probability = 1e-12;
  const double bound = largest_eigenvalue_bound(2.5, steps, n, probability);
  const double e = 1 - 2.5 / bound;
  EXPECT_NEAR(1.648 * std::sqrt(943.0) * std::exp(-std::sqrt(e) * (2 * 100 - 1)) / probability, 1,
              1e-9);
}

TEST(LanczosBound, IsInfiniteWhereTooFewStepsSayNothing) {
  EXPECT_TRUE(std::isinf(largest_eigenvalue_bound(1, 5, 1000, 1e-12)));
  EXPECT_TRUE(std::isfinite(largest_eigenvalue_bound(1, 60, 1000, 1e-12)));
}

TEST(LanczosBound, IsTheValueItselfAfterAsManyStepsAsDimensions) {
  EXPECT_NEAR(largest_eigenvalue_bound(2, 5, 5, 1e-12), 2, 1e-12);
  EXPECT_GE(largest_eigenvalue_bound(2, 5, 5, 1e-12), 2);
  EXPECT_NEAR(largest_eigenvalue_bound(2, 1, 1, 1e-12), 2, 1e-12);
}

}  // namespace
}  // namespace hadal
