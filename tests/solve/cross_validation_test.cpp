#include "hadal/solve/cross_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "hadal/error.hpp"

namespace hadal {
namespace {

/// Answers with its error at each ratio.
struct FakeFold {
  std::function<double(double ratio)> error;
  double interrupt_at = 0;
  double empty_error = 0;
  std::function<Index(double ratio)> parts_kept = [](double) { return 0; };
  std::function<bool(double ratio)> overfits = [](double) { return false; };
  std::vector<double> asked = {};
  FoldPoint fit(double ratio) {
    asked.push_back(ratio);
    FoldPoint point;
    point.size = static_cast<Index>(asked.size());
    point.held_out_error = error(ratio);
    point.empty_error = empty_error;
    point.parts_kept = parts_kept(ratio);
    point.overfits = overfits(ratio);
    point.interrupted = ratio == interrupt_at;
    return point;
  }
};

using Table = std::map<double, double>;

/// Errors given at some ratios; far worse in between.
std::function<double(double)> from(const Table& table) {
  return [table](double ratio) { return table.count(ratio) ? table.at(ratio) : 100.0; };
}

std::vector<std::unique_ptr<FakeFold>> folds(
    const std::vector<std::function<double(double)>>& errors) {
  std::vector<std::unique_ptr<FakeFold>> out;
  for (const auto& error : errors) out.push_back(std::make_unique<FakeFold>(FakeFold{error}));
  return out;
}

const std::vector<double> ratios = {0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625};
const auto ignore = [](int) {};

std::vector<double> asked(const CrossValidation& cv) {
  std::vector<double> out;
  for (const PathPoint& point : cv.path) out.push_back(point.lambda);
  return out;
}

TEST(CrossValidation, TakesTheSmallestMeanError) {
  auto all = folds({from({{0.5, 5}, {0.25, 3}, {0.125, 2}, {0.0625, 3}}),
                    from({{0.5, 5}, {0.25, 3}, {0.125, 2.2}, {0.0625, 3}})});
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  ASSERT_EQ(cv.path[cv.best].lambda, 0.125);
  EXPECT_EQ(cv.chosen, cv.best);
  EXPECT_DOUBLE_EQ(cv.path[cv.best].validation_error, 2.1);
  EXPECT_NEAR(cv.path[cv.best].validation_standard_error, 0.1, 1e-15);
}

TEST(CrossValidation, OneStandardErrorTakesTheLargestLambdaWithinIt) {
  auto all = folds({from({{0.5, 5}, {0.25, 2.3}, {0.125, 2}, {0.0625, 3}}),
                    from({{0.5, 5}, {0.25, 2.5}, {0.125, 2.6}, {0.0625, 3}})});
  const CrossValidation cv = cross_validate(all, ratios, true, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, 0.125);   // mean 2.3, standard error 0.3
  EXPECT_EQ(cv.path[cv.chosen].lambda, 0.25);  // mean 2.4
}

/// Refits of the same atoms differ by where their search ended: that must not decide.
TEST(CrossValidation, TakesTheLargestLambdaOfErrorsThatAgree) {
  const Table table = {{0.5, 5}, {0.25, 2}, {0.125, 1.99998}, {0.0625, 1.99999}};
  auto all = folds({from(table), from(table)});
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, 0.25);
  EXPECT_EQ(cv.chosen, cv.best);
}

/// Means 2.4, 2.3 at 0.25 and 0.125, of which the second has a standard error of 0.3.
std::vector<std::unique_ptr<FakeFold>> within_one_standard_error() {
  return folds({from({{0.5, 5}, {0.25, 2.3}, {0.125, 2}, {0.0625, 3}}),
                from({{0.5, 5}, {0.25, 2.5}, {0.125, 2.6}, {0.0625, 3}})});
}

TEST(CrossValidation, TakesTheLargestLambdaWhoseRefitsKeepAsManyPartsWithinOneStandardError) {
  auto all = within_one_standard_error();
  for (auto& fold : all) fold->parts_kept = [](double) { return 5; };
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, 0.125);
  EXPECT_EQ(cv.path[cv.chosen].lambda, 0.25);  // at 0.5 the error is larger than that
}

TEST(CrossValidation, TakesTheSmallestErrorWhereRefitsKeepOtherNumbersOfParts) {
  auto all = within_one_standard_error();
  for (auto& fold : all) fold->parts_kept = [](double ratio) { return ratio < 0.2 ? 6 : 5; };
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.chosen].lambda, 0.125);
}

/// Its error is that of an unfinished fit: smaller lambdas only fit more noise, and it is no
/// choice.
TEST(CrossValidation, GoesNoFurtherThanWhereMostFoldsOverfitAndChoosesNoSuchPoint) {
  const Table table = {{0.5, 5}, {0.25, 3}, {0.125, 2}, {0.0625, 1}};
  auto all = folds({from(table), from(table), from(table)});
  for (auto& fold : all) fold->overfits = [](double ratio) { return ratio < 0.2; };
  all[0]->overfits = [](double) { return false; };
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path.back().lambda, 0.125);
  EXPECT_EQ(cv.path[cv.chosen].lambda, 0.25);
  auto everywhere = folds({from(table), from(table)});
  for (auto& fold : everywhere) fold->overfits = [](double) { return true; };
  const CrossValidation least = cross_validate(everywhere, ratios, false, ignore);
  EXPECT_EQ(least.path[least.chosen].lambda, 0.5);
}

TEST(CrossValidation, PartsKeptAreTheMedianOverTheFolds) {
  std::vector<FoldPoint> points(3);
  points[0].parts_kept = 7;
  points[1].parts_kept = 4;
  points[2].parts_kept = 5;
  EXPECT_EQ(median_parts_kept(points), 5);
}

/// Atoms of another kind may come in behind it.
TEST(CrossValidation, CrossesAPlateauOfOnePointButNotOfTwoNorAPointThatIsWorse) {
  const auto last_asked = [](const Table& table) {
    auto all = folds({from(table), from(table)});
    for (auto& fold : all) fold->empty_error = 5;
    return cross_validate(all, ratios, false, ignore, Plateau::is_crossed).path.back().lambda;
  };
  EXPECT_EQ(last_asked({{0.5, 3}, {0.25, 2.5}, {0.125, 2.499}, {0.0625, 1}, {0.03125, 2}}),
            0.03125);
  EXPECT_EQ(last_asked({{0.5, 3}, {0.25, 2.5}, {0.125, 2.501}, {0.0625, 2.5}, {0.03125, 1}}),
            0.0625);
  EXPECT_EQ(last_asked({{0.5, 3}, {0.25, 2.5}, {0.125, 2.6}, {0.0625, 1}}), 0.125);
}

TEST(CrossValidation, StopsWhenThePathNoLongerImprovesAndLooksBetweenThePoints) {
  const double finer = std::sqrt(0.25 * 0.125);
  // The first four points are always looked at; the fifth only if the fourth is promising.
  auto all = folds({from({{0.5, 3}, {0.25, 1}, {finer, 0.9}, {0.125, 2}, {0.0625, 2}})});
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_THAT(asked(cv),
              testing::ElementsAre(0.5, std::sqrt(0.5 * 0.25), 0.25, finer, 0.125, 0.0625));
  EXPECT_EQ(cv.path[cv.best].lambda, finer);
}

TEST(CrossValidation, StopsAtTheSecondPointWhenTheFirstIsUsefulAndTheSecondNoBetter) {
  const Table table = {{0.5, 3}, {0.25, 3.01}, {0.125, 1}};
  auto useful = folds({from(table), from(table)}), useless = folds({from(table), from(table)});
  for (auto& fold : useful) fold->empty_error = 3.5;
  EXPECT_EQ(cross_validate(useful, ratios, false, ignore).path.size(), 4u);  // and beside the first
  for (auto& fold : useless) fold->empty_error = 2.5;
  const CrossValidation cv = cross_validate(useless, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, 0.125);
}

/// The few atoms of a large lambda may gain little where many gain much: ratings beside offsets.
TEST(CrossValidation, GoesBeyondTheFirstPointHoweverLittleItGains) {
  const Table table = {{0.5, 0.9999}, {0.25, 0.9998}, {0.125, 0.9}, {0.0625, 0.95}};
  auto all = folds({from(table), from(table)});
  for (auto& fold : all) fold->empty_error = 1;
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, 0.125);
}

/// Much noise makes every gain a small part of the error.
TEST(CrossValidation, StopsAtTheSecondPointWhenItAddsLittleToWhatTheFirstGained) {
  const Table little = {{0.5, 0.9900}, {0.25, 0.9896}, {0.125, 0.9}};
  const Table enough = {{0.5, 0.9900}, {0.25, 0.9890}, {0.125, 0.9}};
  auto ends = folds({from(little), from(little)}), goes_on = folds({from(enough), from(enough)});
  for (auto& fold : ends) fold->empty_error = 1;
  for (auto& fold : goes_on) fold->empty_error = 1;
  const CrossValidation ended = cross_validate(ends, ratios, false, ignore);
  EXPECT_EQ(ended.path[ended.best].lambda, 0.25);
  const CrossValidation went_on = cross_validate(goes_on, ratios, false, ignore);
  EXPECT_EQ(went_on.path[went_on.best].lambda, 0.125);
}

TEST(CrossValidation, LooksAboveTheFirstPointWhenTheSecondIsWorse) {
  const double above = std::sqrt(0.5);
  const Table table = {{above, 0.996}, {0.5, 0.997}, {0.25, 0.999}, {0.125, 0.9}};
  auto all = folds({from(table), from(table)});
  for (auto& fold : all) fold->empty_error = 1.1;
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_EQ(cv.path[cv.best].lambda, above);
}

TEST(CrossValidation, AGainWithinItsStandardErrorIsNone) {
  const auto point = [](double gain) {
    FoldPoint p;
    p.empty_error = 1 + gain;
    p.held_out_error = 1;
    return p;
  };
  EXPECT_TRUE(beats_nothing({point(0.1), point(0.11), point(0.09)}));
  EXPECT_FALSE(beats_nothing({point(0.1), point(0.3), point(-0.1)}));
  EXPECT_FALSE(beats_nothing({point(-0.1), point(-0.11), point(-0.09)}));
  EXPECT_FALSE(beats_nothing({point(0.1)}));  // one fold has no standard error
}

TEST(CrossValidation, GoesOnOnlyForMoreThanHalfAPerCent) {
  const auto falling = [](double by) {
    return [by](double ratio) { return std::pow(1 - by, -std::log2(ratio)); };
  };
  auto slow = folds({falling(0.004)}), fast = folds({falling(0.006)});
  EXPECT_EQ(cross_validate(slow, ratios, false, ignore).path.size(), 5u);  // four, and one between
  EXPECT_EQ(cross_validate(fast, ratios, false, ignore).path.size(), 7u);  // all, and one between
}

TEST(CrossValidation, EndsAtOnceWhenInterrupted) {
  auto all = folds({from({{0.5, 2}, {0.25, 1}}), from({{0.5, 2}, {0.25, 1}})});
  all[0]->interrupt_at = 0.25;
  const CrossValidation cv = cross_validate(all, ratios, false, ignore);
  EXPECT_TRUE(cv.interrupted);
  EXPECT_THAT(asked(cv), testing::ElementsAre(0.5));  // of the second point nothing is known
  EXPECT_EQ(cv.chosen, 0u);
}

TEST(CrossValidation, SaysWhichStepComesNext) {
  auto all = folds({from({{0.5, 3}, {0.25, 2}}), from({{0.5, 3}, {0.25, 2}})});
  std::vector<int> steps;
  cross_validate(all, {0.5, 0.25}, false, [&](int step) { steps.push_back(step); });
  EXPECT_THAT(steps, testing::ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(CrossValidation, PassesOnWhatAFoldThrows) {
  auto all = folds({from({}), [](double) -> double { throw DataError("no"); }});
  EXPECT_THROW(cross_validate(all, ratios, false, ignore), DataError);
}

TEST(CrossValidation, AverageOfOneFoldHasNoStandardError) {
  FoldPoint point;
  point.held_out_error = 2;
  EXPECT_TRUE(std::isnan(average(0.5, {point}).validation_standard_error));
}

TEST(CrossValidation, DefaultRatiosDecreaseFromBelowOne) {
  const std::vector<double> path = default_ratios();
  ASSERT_GE(path.size(), 10u);
  EXPECT_LT(path.front(), 1);
  for (std::size_t k = 1; k < path.size(); ++k) EXPECT_LT(path[k], path[k - 1]);
}

}  // namespace
}  // namespace hadal
