#include "hadal/descent/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hadal {
namespace {

template <class Value, class Slope>
void expect_flat(const Value& value, const Slope& slope, int most) {
  int count = 0;
  const auto f = [&](double t) {
    ++count;
    return LinePoint{t, value(t), slope(t)};
  };
  const LinePoint start{0, value(0), slope(0)};
  const LinePoint found = search_along(f, start);
  EXPECT_GT(found.t, 0);
  EXPECT_LT(found.value, start.value);
  EXPECT_LE(std::abs(found.slope), 0.1 * std::abs(start.slope));
  EXPECT_LE(count, most);
}

TEST(LineSearch, FindsALowAndFlatPoint) {
  expect_flat([](double t) { return (t - 1) * (t - 1); }, [](double t) { return 2 * (t - 1); }, 1);
  expect_flat([](double t) { return (t - 50) * (t - 50); }, [](double t) { return 2 * (t - 50); },
              8);
  expect_flat([](double t) { return std::pow(t - 1e-3, 2); },
              [](double t) { return 2 * (t - 1e-3); }, 12);
  expect_flat([](double t) { return std::pow(t, 4) - t * t * t - t; },
              [](double t) { return 4 * t * t * t - 3 * t * t - 1; }, 6);
}

TEST(LineSearch, ComesBackFromWhereTheFunctionOverflows) {
  expect_flat([](double t) { return std::exp(1e5 * t) - 2e3 * 1e2 * t; },
              [](double t) { return 1e5 * std::exp(1e5 * t) - 2e5; }, 25);
}

TEST(LineSearch, StaysWhereNothingIsLower) {
  const auto rising = [](double t) { return LinePoint{t, t, 1}; };
  EXPECT_EQ(search_along(rising, {0, 0, 1}).t, 0);
  const auto liar = [](double t) { return LinePoint{t, 1 + t, 1}; };
  // A slope that the values do not bear out: no farther than where they cannot tell.
  EXPECT_LT(search_along(liar, {0, 1, -1}).t, 1e-13);
  const auto nothing = [](double t) { return LinePoint{t, std::nan(""), std::nan("")}; };
  EXPECT_EQ(search_along(nothing, {0, 1, -1}).t, 0);
}

}  // namespace
}  // namespace hadal
