#include "hadal/solve/overfitting.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace hadal {
namespace {

/// After how many of these (objective, held-out error) it is seen; 0: never.
int seen_after(const std::vector<std::pair<double, double>>& iterations) {
  Overfitting overfitting;
  int count = 0;
  for (const auto& [objective, error] : iterations) {
    overfitting.see(objective, error);
    ++count;
    if (overfitting.seen()) return count;
  }
  return 0;
}

TEST(Overfitting, IsSeenAfterThreeIterationsThatGainLittleAndPredictWorse) {
  EXPECT_EQ(seen_after({{1000, 2}, {900, 1}, {895, 1.1}, {892, 1.1}, {890, 1.2}}), 5);
  EXPECT_EQ(seen_after({{1000, 2}, {900, 1}, {895, 1}, {892, 1}, {890, 1}}), 5);
}

TEST(Overfitting, IsNotSeenWhileTheObjectiveFallsMuch) {
  EXPECT_EQ(seen_after({{1000, 2}, {900, 2.1}, {800, 2.2}, {700, 2.3}, {600, 2.4}, {500, 2.5}}), 0);
  EXPECT_EQ(seen_after({{1000, 1}, {989, 1.1}, {978, 1.1}, {967, 1.1}}), 0);
}

TEST(Overfitting, IsNotSeenWherePredictionsGetBetterAgain) {
  EXPECT_EQ(seen_after({{1000, 2}, {999, 2.1}, {998, 2.1}, {997, 1.9}, {996, 2}, {995, 2}}), 0);
}

}  // namespace
}  // namespace hadal
