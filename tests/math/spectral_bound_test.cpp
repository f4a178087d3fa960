#include "hadal/certify/spectral_bound.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "math/support.hpp"

namespace hadal {
namespace {

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

long double exact_norm(const Matrix& a) {
  return Eigen::JacobiSVD<LongMatrix>(a.cast<long double>()).singularValues()[0];
}

/// A matrix at its observed entries, with its pattern.
struct Observed {
  Observed(const Matrix& full, double density, test::Random& random, const Tiling& tiling = {})
      : entries(test::sampled_entries(full, density, random)),
        pattern(entries, tiling),
        q(pattern.arranged(entries,
                           Eigen::Map<const Vector>(entries.value.data(), entries.size()))) {}
  explicit Observed(const Matrix& full)
      : entries(entries_from_dense(Factor(full))),
        pattern(entries),
        q(Eigen::Map<const Vector>(entries.value.data(), entries.size())) {}

  Matrix dense() const { return test::dense(pattern, q); }
  Factor no_left() const { return Factor(pattern.rows(), 0); }
  Factor no_right() const { return Factor(pattern.columns(), 0); }

  Entries entries;
  ObservedPattern pattern;
  Vector q;
};

PolarRequest request_for(double lambda) {
  PolarRequest request;
  request.lambda = lambda;
  request.proof = Proof::probabilistic;
  request.atoms_max = 5;
  return request;
}

TEST(VerifiedBound, IsNeverBelowAndNeverFarAboveTheLargestSingularValue) {
  test::Random random(1);
  for (int trial = 0; trial < 1500; ++trial) {
    const Index rows = random.integer(1, 9), columns = random.integer(1, 9);
    const double density = random.chance(0.4) ? 1 : random.uniform(0.2, 1);
    const double scale = std::pow(10, random.uniform(-30, 30));
    const Tiling tiling = random.chance(0.5) ? Tiling{} : Tiling{1, 1, 3, 2};
    const Observed o(scale * random.matrix(rows, columns), density, random, tiling);
    if (o.q.size() == 0) continue;
    const long double exact = exact_norm(o.dense());
    // Trials from far below and from far above, with a good and a poor estimate.
    for (const double lambda : {0.3, 0.999999, 1.0, 1.5}) {
      const double estimate = static_cast<double>(exact) * random.uniform(0.9, 1);
      const PolarBound bound = verified_spectral_bound(
          o.pattern, o.q, lambda * static_cast<double>(exact), 1e-6, estimate);
      ASSERT_EQ(bound.proof, Proof::deterministic);
      ASSERT_GE(bound.value, exact) << rows << " x " << columns << ", trial " << trial;
      ASSERT_LE(bound.value, 2.5L * exact);
    }
    const PolarBound tight = verified_spectral_bound(o.pattern, o.q, static_cast<double>(exact) / 2,
                                                     1e-6, static_cast<double>(exact));
    ASSERT_LE(tight.value, exact * (1 + 1e-7L));
  }
}

TEST(VerifiedBound, ATrialJustBelowNeverPasses) {
  test::Random random(2);
  for (int trial = 0; trial < 500; ++trial) {
    const Observed o(random.matrix(random.integer(1, 8), random.integer(1, 8)));
    const long double exact = exact_norm(o.dense());
    const double below = static_cast<double>(exact * (1 - 1e-12L));
    // A search value that is too small by itself must not make the trial pass.
    const PolarBound bound = verified_spectral_bound(o.pattern, o.q, below, 1e-12, 0.5 * below);
    ASSERT_GE(bound.value, exact);
  }
}

TEST(VerifiedBound, HoldsWhereSquaresUnderflow) {
  const Observed o(Matrix::Constant(40, 40, 1e-162));
  const PolarBound bound = verified_spectral_bound(o.pattern, o.q, 5e-162, 1e-6, 3e-162);
  if (bound.proof == Proof::deterministic) {
    EXPECT_GE(bound.value, 40e-162);
  }
}

TEST(VerifiedBound, OfNothingIsNothing) {
  const Observed o(Matrix::Zero(3, 4));
  const PolarBound bound = verified_spectral_bound(o.pattern, o.q, 1, 1e-6, 0);
  EXPECT_EQ(bound.value, 0);
  EXPECT_EQ(bound.proof, Proof::deterministic);
}

TEST(SplitBound, IsNeverBelowTheLargestSingularValue) {
  test::Random random(3);
  for (int trial = 0; trial < 400; ++trial) {
    const Index rows = random.integer(1, 60), columns = random.integer(1, 60);
    const Observed o(random.matrix(rows, columns), random.uniform(0.2, 1), random);
    if (o.q.size() == 0) continue;
    const double exact = static_cast<double>(test::dense_singular_values(o.dense())[0]);
    const Index size = random.integer(0, std::min(rows, columns));
    PolarRequest request = request_for(exact * random.uniform(0.3, 1.2));
    request.seed = static_cast<std::uint64_t>(trial);
    const SplitResult result =
        split_spectral_search(o.pattern, o.q, Factor(random.orthonormal(rows, size)),
                              Factor(random.orthonormal(columns, size)), request);
    EXPECT_GE(result.bound.value, exact * (1 - 1e-14));
    EXPECT_LE(result.value, exact * (1 + 1e-13));
  }
}

TEST(SplitBound, IsTightAlongTheTopSingularVectors) {
  test::Random random(4);
  Vector sigma = Vector::LinSpaced(120, 0.9, 0.01);
  sigma.head(10).setOnes();
  const Matrix left = random.orthonormal(150, 120), right = random.orthonormal(130, 120);
  const Observed o(left * sigma.asDiagonal() * right.transpose());
  const SplitResult result = split_spectral_search(o.pattern, o.q, Factor(left.leftCols(10)),
                                                   Factor(right.leftCols(10)), request_for(1));
  EXPECT_GE(result.bound.value, 1 - 1e-14);
  EXPECT_LE(result.bound.value, 1 + 1e-9);
}

TEST(SplitBound, PairsAreUnitOutsideTheSpacesAndCollectWhatTheySay) {
  test::Random random(5);
  const Observed o(random.matrix(40, 30), 0.7, random);
  const Factor u = random.orthonormal(40, 4), v = random.orthonormal(30, 4);
  const SplitResult result = split_spectral_search(o.pattern, o.q, u, v, request_for(0.1));
  ASSERT_GT(result.u.cols(), 0);
  const Matrix q = o.dense();
  for (Index c = 0; c < result.u.cols(); ++c) {
    EXPECT_NEAR(result.u.col(c).norm(), 1, 1e-12);
    EXPECT_NEAR(result.v.col(c).norm(), 1, 1e-12);
    EXPECT_LT((u.transpose() * result.u.col(c)).norm(), 1e-12);
    EXPECT_LT((v.transpose() * result.v.col(c)).norm(), 1e-12);
    EXPECT_NEAR(result.u.col(c).dot(q * result.v.col(c)), result.collected[c], 1e-11);
  }
}

TEST(SplitBound, NearlyEqualTopValuesAreNoTrap) {
  test::Random random(6);
  Vector sigma(20);
  sigma << 1, 1 - 1e-9, Vector::LinSpaced(18, 0.5, 0.1);
  const Matrix left = random.orthonormal(60, 20), right = random.orthonormal(50, 20);
  const Observed o(left * sigma.asDiagonal() * right.transpose());
  // The model holds the second pair only: what is outside still reaches 1.
  const SplitResult result = split_spectral_search(o.pattern, o.q, Factor(left.col(1)),
                                                   Factor(right.col(1)), request_for(1 - 1e-9));
  EXPECT_GE(result.bound.value, 1 - 1e-14);
  const PolarBound verified = verified_spectral_bound(o.pattern, o.q, 1 - 1e-9, 1e-10, 1 - 1e-9);
  EXPECT_GE(verified.value, 1 - 1e-15);
}

TEST(SplitBound, SaysSoWhereItKnowsNothing) {
  // Too few steps for any statement: the bound is infinite, not zero.
  test::Random random(7);
  const Observed o(random.matrix(400, 400));
  PolarRequest request = request_for(1e-3);
  request.atoms_max = 1;
  request.failure_probability = 1e-300;
  const SplitResult result =
      split_spectral_search(o.pattern, o.q, o.no_left(), o.no_right(), request);
  EXPECT_GE(result.bound.value, test::dense_singular_values(o.dense())[0]);
}

TEST(LargestSingularValue, AgreesWithADenseDecomposition) {
  test::Random random(8);
  for (int trial = 0; trial < 50; ++trial) {
    const Observed o(random.matrix(random.integer(1, 50), random.integer(1, 50)), 0.6, random);
    if (o.q.size() == 0) continue;
    const double exact = test::dense_singular_values(o.dense())[0];
    EXPECT_NEAR(largest_singular_value(o.pattern, o.q), exact, 1e-12 * exact);
  }
}

}  // namespace
}  // namespace hadal
