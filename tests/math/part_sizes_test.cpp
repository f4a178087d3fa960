#include "hadal/fit/part_sizes.hpp"

#include <gtest/gtest.h>

#include "math/support.hpp"

namespace hadal {
namespace {

class PartSizesOf : public testing::TestWithParam<double> {};

/// 32 x 32 entries are a whole number of blocks, and 60 parts more than Eigen multiplies unblocked.
TEST_P(PartSizesOf, AreLeastSquares) {
  test::Random random(43);
  const Matrix y = random.matrix(32, 32);
  MatrixFitOptions options = test::plain_options(0.5);
  options.norm_u = options.norm_v = parse_norm("l1 + l2");
  const MatrixProblem problem(test::dense_data(y).entries, options);
  RankOneAtoms atoms{random.matrix(32, 60), random.matrix(32, 60)};
  Factor& thinned = GetParam() > 0 ? atoms.u : atoms.v;
  thinned = (thinned.array().abs() < std::abs(GetParam())).select(0, thinned);
  const SizesProblem sizes = sizes_problem(problem, atoms);
  Matrix unit(32 * 32, 60);
  const Matrix target = y / problem.data_unit();
  for (Index c = 0; c < 60; ++c) {
    const Matrix part = atoms.u.col(c).normalized() * atoms.v.col(c).normalized().transpose();
    unit.col(c) = part.reshaped();
  }
  EXPECT_LT((sizes.normal - unit.transpose() * unit).norm(), 1e-10 * sizes.normal.norm());
  EXPECT_LT((sizes.right - unit.transpose() * target.reshaped()).norm(),
            1e-10 * sizes.right.norm());

  const RankOneAtoms fitted = with_fitted_sizes(problem, atoms);
  EXPECT_GT(fitted.size(), 10);
  EXPECT_LT(fitted.size(), 50) << "some sizes would be negative";
  const Matrix rest = target - fitted.u * fitted.v.transpose();
  for (Index c = 0; c < 60; ++c) {
    const double slope = unit.col(c).dot(rest.reshaped());
    EXPECT_LT(slope, 1e-7);
  }
  for (Index c = 0; c < fitted.size(); ++c) {
    EXPECT_NEAR(fitted.u.col(c).normalized().dot(rest * fitted.v.col(c).normalized()), 0, 1e-7);
  }
}

TEST(PartSizes, PartsThatAreNothingAreLeftOut) {
  test::Random random(5);
  MatrixFitOptions options = test::plain_options(0.5);
  options.norm_u = options.norm_v = parse_norm("l1 + l2");
  const MatrixProblem problem(test::dense_data(random.matrix(4, 3)).entries, options);
  EXPECT_EQ(with_fitted_sizes(problem, {Factor(4, 0), Factor(3, 0)}).size(), 0);
  EXPECT_EQ(with_fitted_sizes(problem, {Factor::Zero(4, 2), Factor::Zero(3, 2)}).size(), 0);
}

/// All entries, or one of five in the left or in the right factor.
INSTANTIATE_TEST_SUITE_P(Zeros, PartSizesOf, testing::Values(0, 1.3, -1.3));

}  // namespace
}  // namespace hadal
