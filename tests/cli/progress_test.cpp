#include <limits>

#include "../../apps/hadal/time_left.hpp"
#include "command.hpp"

namespace hadal::test {
namespace {

using cli::GapTrend;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

GapTrend trend_of(const std::vector<std::pair<double, double>>& points) {
  GapTrend trend;
  for (const auto& [seconds, gap] : points) trend.add(seconds, gap);
  return trend;
}

TEST(TimeLeft, FollowsAGapThatFallsByTheSameFactor) {
  // A decade a second, at 1e-4 now: two more seconds.
  const GapTrend trend = trend_of({{1, 1e-1}, {2, 1e-2}, {3, 1e-3}, {4, 1e-4}});
  ASSERT_TRUE(trend.seconds_until(1e-6));
  EXPECT_NEAR(*trend.seconds_until(1e-6), 2, 1e-12);
}

TEST(TimeLeft, LooksAtTheLastIterationsOnly) {
  const GapTrend trend = trend_of({{1, 1e-1},
                                   {101, 0.99e-1},
                                   {102, 1e-2},
                                   {103, 1e-3},
                                   {104, 1e-4},
                                   {105, 1e-5},
                                   {106, 1e-6},
                                   {107, 1e-7}});
  ASSERT_TRUE(trend.seconds_until(1e-9));
  EXPECT_NEAR(*trend.seconds_until(1e-9), 2, 1e-12);
}

TEST(TimeLeft, IsNotGuessedWhereAGuessIsWorthNothing) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(trend_of({}).seconds_until(1e-6));
  EXPECT_FALSE(trend_of({{1, 1e-1}, {2, 1e-2}, {3, 1e-3}}).seconds_until(1e-6)) << "too few";
  EXPECT_FALSE(trend_of({{1, infinity}, {2, 1}, {3, 1e-1}, {4, 1e-2}}).seconds_until(1e-6));
  EXPECT_FALSE(trend_of({{1, 1e-1}, {2, 1e-2}, {3, 2e-2}, {4, 1e-3}}).seconds_until(1e-6)) << "up";
  EXPECT_FALSE(trend_of({{1, 0.1}, {2, 0.1}, {3, 0.1}, {4, 0.1}}).seconds_until(1e-6)) << "still";
  EXPECT_FALSE(trend_of({{1, 0.1}, {2, 0.099}, {3, 0.098}, {4, 0.097}}).seconds_until(1e-6))
      << "too far";
  EXPECT_FALSE(trend_of({{1, 1e-4}, {2, 1e-5}, {3, 1e-6}, {4, 1e-7}}).seconds_until(1e-6))
      << "over";
  EXPECT_FALSE(trend_of({{1, 1e-4}, {1, 1e-5}, {1, 1e-6}, {1, 1e-7}}).seconds_until(1e-9))
      << "no time has passed";
}

using ProgressLines = CommandTest;

TEST_F(ProgressLines, SayHowMuchOfATimeLimitIsLeft) {
  simulate();
  const std::string fit = "fit matrix data.csv --lambda-ratio 0.3 ";
  const Result limited = hadal(fit + "--time-limit 100000");
  EXPECT_THAT(limited.err,
              AllOf(HasSubstr("fit  iteration 0  size"), HasSubstr("at most 27 h 46 min left")));
  EXPECT_THAT(hadal(fit).err, Not(HasSubstr("at most")));
  EXPECT_EQ(hadal(fit + "--time-limit 100000 --quiet").err, "");
}

}  // namespace
}  // namespace hadal::test
