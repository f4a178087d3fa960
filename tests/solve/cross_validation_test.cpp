#include "hadal/solve/cross_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace hadal {
namespace {

/// Answers from a list, one error per ratio.
struct FakeFold {
  std::vector<double> errors;
  std::size_t interrupt_at = 1000;
  std::vector<double> asked;
  FoldPoint fit(double ratio) {
    FoldPoint point;
    point.size = static_cast<Index>(asked.size());
    point.held_out_error = errors.at(asked.size());
    point.interrupted = asked.size() == interrupt_at;
    asked.push_back(ratio);
    return point;
  }
};

std::vector<std::unique_ptr<FakeFold>> folds(std::vector<std::vector<double>> errors) {
  std::vector<std::unique_ptr<FakeFold>> out;
  for (auto& e : errors)
    out.push_back(std::make_unique<FakeFold>(FakeFold{std::move(e), 1000, {}}));
  return out;
}

const std::vector<double> ratios = {0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.02};
const auto ignore = [](int) {};

TEST(CrossValidation, TakesTheSmallestMeanError) {
  auto all = folds({{5, 4, 3, 2, 3, 4, 5}, {5, 4, 3, 2.2, 3, 4, 5}});
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.best, 3u);
  EXPECT_EQ(cv.chosen, 3u);
  EXPECT_DOUBLE_EQ(cv.path[3].validation_error, 2.1);
  EXPECT_NEAR(cv.path[3].validation_standard_error, 0.1, 1e-15);
  EXPECT_DOUBLE_EQ(cv.path[3].lambda, 0.2);
}

TEST(CrossValidation, OneStandardErrorTakesTheLargestLambdaWithinIt) {
  auto all = folds({{5, 4, 2.3, 2, 3, 4, 5}, {5, 4, 2.5, 2.6, 3, 4, 5}});
  const CrossValidation cv = cross_validate(all, ratios, true, ignore);
  EXPECT_EQ(cv.best, 3u);    // mean 2.3, standard error 0.3
  EXPECT_EQ(cv.chosen, 2u);  // mean 2.4
}

TEST(CrossValidation, StopsWhenThePathNoLongerImproves) {
  auto all = folds({{2, 1, 3, 3, 3, 3, 3}, {2, 1, 3, 3, 3, 3, 3}});
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.best, 1u);
  EXPECT_EQ(cv.path.size(), 5u);  // three points beyond the best
  EXPECT_THAT(all[0]->asked, testing::ElementsAre(0.8, 0.6, 0.4, 0.2, 0.1));
}

TEST(CrossValidation, EndsAtOnceWhenInterrupted) {
  auto all = folds({{2, 1, 3}, {2, 1, 3}});
  all[0]->interrupt_at = 1;
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_TRUE(cv.interrupted);
  EXPECT_EQ(cv.path.size(), 2u);
  EXPECT_EQ(all[1]->asked.size(), 1u);
}

TEST(CrossValidation, SaysWhichStepComesNext) {
  auto all = folds({{3, 2, 1, 1, 1, 1, 1}, {3, 2, 1, 1, 1, 1, 1}});
  std::vector<int> steps;
  cross_validate(all, {0.8, 0.6}, false, [&](int step) { steps.push_back(step); });
  EXPECT_THAT(steps, testing::ElementsAre(0, 1, 2, 3));
}

TEST(CrossValidation, AverageOfOneFoldHasNoStandardError) {
  FoldPoint point;
  point.held_out_error = 2;
  EXPECT_TRUE(std::isnan(average(0.5, {point}).validation_standard_error));
}

TEST(CrossValidation, DefaultRatiosDecreaseFromBelowOne) {
  const std::vector<double> path = default_ratios();
  ASSERT_GT(path.size(), 10u);
  EXPECT_LT(path.front(), 1);
  for (std::size_t k = 1; k < path.size(); ++k) EXPECT_LT(path[k], path[k - 1]);
}

}  // namespace
}  // namespace hadal
