#include "hadal/descent/quartic.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "math/support.hpp"

namespace hadal {
namespace {

/// Smallest value on a fine grid of (0, 50].
double lowest_on_grid(const Quartic& f) {
  double lowest = 0;
  for (int k = 1; k <= 20000; ++k) lowest = std::min(lowest, f.at(k * 2.5e-3));
  return lowest;
}

TEST(Quartic, MinimumIsNowhereAboveAGrid) {
  test::Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const Quartic f{random.normal(), random.normal(), random.normal(), random.uniform(0.01, 2)};
    const double t = minimise_along(f);
    EXPECT_GE(t, 0);
    const double lowest = lowest_on_grid(f);
    EXPECT_LE(f.at(t), lowest + 1e-12 * std::abs(lowest));
  }
}

TEST(Quartic, ParabolaIsExact) {
  const Quartic f{-3, 1.5, 0, 0};
  EXPECT_DOUBLE_EQ(minimise_along(f), 1.0);
  EXPECT_DOUBLE_EQ(f.at(minimise_along(f)), -1.5);
}

TEST(Quartic, KeepsItsDigitsWhereTheHigherTermsVanish) {
  const Quartic f{-2e-20, 1e-20, 1e-40, 1e-60};
  EXPECT_NEAR(minimise_along(f), 1.0, 1e-12);
}

TEST(Quartic, StaysWhereNothingIsLower) {
  EXPECT_EQ(minimise_along({1, 1, 0, 1}), 0);
  EXPECT_EQ(minimise_along({0, 1, 0, 1}), 0);
}

TEST(Quartic, TakesTheLowerOfTwoMinima) {
  // f' = 4 (t - 1)(t - 2)(t - 4): minima at 1 and 4, the second lower.
  const Quartic f{-32, 28, -28.0 / 3, 1};
  EXPECT_LT(f.at(4), f.at(1));
  EXPECT_NEAR(minimise_along(f), 4, 1e-9);
}

}  // namespace
}  // namespace hadal
