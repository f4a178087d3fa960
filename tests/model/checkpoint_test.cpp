#include "hadal/model/checkpoint.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "hadal/error.hpp"
#include "model_support.hpp"

namespace hadal {
namespace {

MatrixCheckpoint some_checkpoint() {
  MatrixCheckpoint c;
  c.problem = "a problem";
  c.lambda = 0.5;
  c.u = Factor::Random(6, 2);
  c.v = Factor::Random(5, 2);
  c.found_u = Factor::Random(6, 1);
  c.found_v = Factor::Random(5, 1);
  c.collected = {0.7};
  c.iteration = 3;
  c.reduction = 1e-2;
  c.lower_bound = -std::numeric_limits<double>::infinity();
  c.seconds = 1.5;
  return c;
}

/// One in the middle of a cross-validation of two folds, of which the second has not begun.
MatrixCheckpoint checkpoint_of_folds() {
  MatrixCheckpoint c = some_checkpoint();
  c.lambda = 0;
  c.folds.resize(2);
  c.folds[0].points = {{0.5, 1, 10, 1e-3, 0.9, std::nan("")},
                       {0.25, 2, 9, 1e-3, 0.8, std::nan("")}};
  c.folds[0].penalised_errors = {0.9, 0.85};
  c.folds[0].parts_kept = {0, 1};
  c.folds[0].overfits = {0, 1};
  c.folds[0].starts = {{0.5, Factor::Random(6, 1), Factor::Random(5, 1)},
                       {0.25, Factor::Random(6, 2), Factor::Random(5, 2)}};
  return c;
}

MatrixCheckpoint through_file(const MatrixCheckpoint& c) {
  const auto path = test::model_path("state.checkpoint");
  save_checkpoint(path, c);
  return load_checkpoint(path);
}

TEST(Checkpoint, ComesBackAsItWas) {
  const MatrixCheckpoint c = some_checkpoint(), back = through_file(c);
  EXPECT_EQ(back.problem, c.problem);
  EXPECT_EQ(back.u, c.u);
  EXPECT_EQ(back.found_v, c.found_v);
  EXPECT_EQ(back.collected, c.collected);
  EXPECT_EQ(back.lower_bound, c.lower_bound);
  EXPECT_EQ(back.seconds, c.seconds);
}

TEST(Checkpoint, FoldsComeBackAsTheyWere) {
  const MatrixCheckpoint c = checkpoint_of_folds(), back = through_file(c);
  EXPECT_EQ(back.lambda, 0);
  ASSERT_EQ(back.folds.size(), 2u);
  ASSERT_EQ(back.folds[0].points.size(), 2u);
  EXPECT_EQ(back.folds[0].points[1].lambda, 0.25);
  EXPECT_EQ(back.folds[0].points[1].size, 2);
  EXPECT_EQ(back.folds[0].points[1].validation_error, 0.8);
  ASSERT_EQ(back.folds[0].starts.size(), 2u);
  EXPECT_EQ(back.folds[0].starts[1].ratio, 0.25);
  EXPECT_EQ(back.folds[0].starts[1].u, c.folds[0].starts[1].u);
  EXPECT_EQ(back.folds[0].starts[1].v, c.folds[0].starts[1].v);
  EXPECT_EQ(back.folds[0].penalised_errors, c.folds[0].penalised_errors);
  EXPECT_EQ(back.folds[0].parts_kept, c.folds[0].parts_kept);
  EXPECT_EQ(back.folds[0].overfits, c.folds[0].overfits);
  EXPECT_TRUE(back.folds[1].points.empty());
}

TEST(Checkpoint, RefusesFoldsThatNoFitCanHaveWritten) {
  const std::vector<std::function<void(MatrixCheckpoint&)>> damages = {
      [](auto& c) { c.lambda = 1; },
      [](auto& c) { c.folds.resize(101); },
      [](auto& c) { c.folds[0].starts.resize(17, c.folds[0].starts[0]); },
      [](auto& c) { c.folds[0].starts[1].u = Factor::Random(7, 2); },
      [](auto& c) { c.folds[0].starts[1].v = Factor::Random(5, 1); },
      [](auto& c) { c.folds[0].starts[0].u(0, 0) = std::nan(""); },
      [](auto& c) { c.folds[0].penalised_errors.pop_back(); },
      [](auto& c) { c.folds[0].parts_kept.push_back(1); },
      [](auto& c) { c.folds[0].overfits.pop_back(); },
      [](auto& c) { c.folds[0].parts_kept[1] = 3; },
      [](auto& c) { c.folds[0].parts_kept[1] = -1; }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    MatrixCheckpoint c = checkpoint_of_folds();
    damages[k](c);
    EXPECT_THROW(through_file(c), ModelError) << "damage " << k;
  }
}

TEST(Checkpoint, RefusesWhatNoFitCanHaveWritten) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::function<void(MatrixCheckpoint&)>> damages = {
      [](auto& c) { c.v = Factor::Random(5, 3); },
      [](auto& c) { c.u = Factor::Random(6, 31), c.v = Factor::Random(5, 31); },
      [](auto& c) { c.u(1, 1) = nan; },
      [](auto& c) { c.found_u = Factor::Random(5, 1); },
      [](auto& c) { c.found_u(0, 0) = nan; },
      [](auto& c) {
        c.collected = {1, 2};
      },
      [](auto& c) { c.collected = {infinity}; },
      [](auto& c) { c.lambda = 0; },
      [](auto& c) { c.lambda = infinity; },
      [](auto& c) { c.iteration = -1; },
      [](auto& c) { c.idle = 1000; },
      [](auto& c) { c.reduction = nan; },
      [](auto& c) { c.reduction = 2; },
      [](auto& c) { c.passes = -1; },
      [](auto& c) { c.seconds = infinity; }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    MatrixCheckpoint c = some_checkpoint();
    damages[k](c);
    EXPECT_THROW(through_file(c), ModelError) << "damage " << k;
  }
}

}  // namespace
}  // namespace hadal
