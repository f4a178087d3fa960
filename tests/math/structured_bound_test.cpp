#include "hadal/certify/structured_bound.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../../verify/src/slack_bound.hpp"
#include "math/polar_support.hpp"

namespace hadal {
namespace {

using test::exhaustive_polar;
using test::l2_norm;
using verify::bound_from_slack;

TEST(StructuredBound, OfNonNegativeFactorsIsNeverBelowTheExhaustiveValue) {
  test::Random random(1);
  StructuredBoundOptions options;
  options.iteration_max = 60;
  double excess = 0;
  for (int trial = 0; trial < 10'000; ++trial) {
    const Index rows = random.integer(1, 4), columns = random.integer(1, 4);
    const double scale = std::pow(10, random.chance(0.2) ? random.uniform(-150, 150) : 0);
    Matrix q = random.matrix(rows, columns);
    if (random.chance(0.3)) q.array() -= 0.7;
    const double exact = exhaustive_polar(q, true, true);
    const FactorNorm norm = l2_norm(true);
    const StructuredBound found = structured_bound(Factor(scale * q), norm, norm, options);
    ASSERT_EQ(found.bound.proof, Proof::deterministic);
    ASSERT_GE(found.bound.value, scale * exact * (1 - 1e-13)) << q;
    const auto checked = bound_from_slack(Factor(scale * q), norm, norm, found.slack);
    ASSERT_EQ(checked.refusal, "");
    ASSERT_GE(checked.bound, scale * exact * (1 - 1e-13)) << q;
    ASSERT_NEAR(checked.bound, found.bound.value, 1e-9 * scale * q.norm());
    excess += exact > 0 ? found.bound.value / scale / exact - 1 : 0;
  }
  EXPECT_LT(excess / 10'000, 0.01);
}

TEST(StructuredBound, OfNonNegativeFactorsHasClosedForms) {
  test::Random random(2);
  const FactorNorm norm = l2_norm(true);
  const Matrix positive = random.matrix(9, 5).cwiseAbs();
  const StructuredBound same = structured_bound(Factor(positive), norm, norm, {});
  EXPECT_NEAR(same.bound.value, test::dense_singular_values(positive)[0], 1e-6);
  const StructuredBound none = structured_bound(Factor(-positive), norm, norm, {});
  EXPECT_LT(none.bound.value, 1e-5);
  const StructuredBound zero = structured_bound(Factor::Zero(3, 4), norm, norm, {});
  EXPECT_LT(zero.bound.value, 1e-100);
}

}  // namespace
}  // namespace hadal
