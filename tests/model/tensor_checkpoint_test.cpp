#include "hadal/model/tensor_checkpoint.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "hadal/error.hpp"
#include "hadal/model/checkpoint.hpp"
#include "model_support.hpp"

namespace hadal {
namespace {

std::vector<Factor> some_factors(Index size) {
  return {Factor::Random(6, size), Factor::Random(5, size), Factor::Random(4, size)};
}

/// One in the middle of a cross-validation of two folds, of which the second has not begun.
TensorCheckpoint some_checkpoint() {
  TensorCheckpoint c;
  c.problem = "a problem";
  c.factors = some_factors(2);
  c.found = some_factors(1);
  c.collected = {0.7};
  c.iteration = 3;
  c.reduction = 1e-2;
  c.lower_bound = -std::numeric_limits<double>::infinity();
  c.seconds = 1.5;
  c.folds.resize(2);
  c.folds[0].points = {{0.5, 1, 10, 1e-3, 0.9, std::nan("")},
                       {0.25, 2, 9, 1e-3, 0.8, std::nan("")}};
  c.folds[0].penalised_errors = {1.5, 1.25};
  c.folds[0].starts = {{0.25, some_factors(2)}};
  return c;
}

TensorCheckpoint through_file(const TensorCheckpoint& c) {
  const auto path = test::model_path("tensor.checkpoint");
  save_checkpoint(path, c);
  return load_tensor_checkpoint(path);
}

TEST(TensorCheckpoint, ComesBackAsItWas) {
  const TensorCheckpoint c = some_checkpoint(), back = through_file(c);
  EXPECT_EQ(back.problem, c.problem);
  EXPECT_EQ(back.lambda, 0);
  EXPECT_EQ(back.collected, c.collected);
  EXPECT_EQ(back.lower_bound, c.lower_bound);
  EXPECT_EQ(back.iteration, 3);
  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(back.factors[m], c.factors[m]);
    EXPECT_EQ(back.found[m], c.found[m]);
  }
  ASSERT_EQ(back.folds.size(), 2u);
  EXPECT_EQ(back.folds[0].points[1].validation_error, 0.8);
  EXPECT_EQ(back.folds[0].penalised_errors, c.folds[0].penalised_errors);
  ASSERT_EQ(back.folds[0].starts.size(), 1u);
  EXPECT_EQ(back.folds[0].starts[0].ratio, 0.25);
  EXPECT_EQ(back.folds[0].starts[0].factors[2], c.folds[0].starts[0].factors[2]);
  EXPECT_TRUE(back.folds[1].points.empty());
}

TEST(TensorCheckpoint, RefusesWhatNoFitCanHaveWritten) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(TensorCheckpoint&)>> damages = {
      [](auto& c) { c.factors[1] = Factor::Random(5, 3); },
      [](auto& c) { c.factors.resize(1), c.found.resize(1); },
      [](auto& c) { c.factors[0](1, 1) = nan; },
      [](auto& c) { c.found[2] = Factor::Random(5, 1); },
      [](auto& c) { c.found[0](0, 0) = nan; },
      [](auto& c) { c.collected.push_back(1); },
      [](auto& c) { c.collected = {nan}; },
      [](auto& c) { c.lambda = 1; },
      [](auto& c) { c.folds.clear(); },
      [](auto& c) { c.iteration = -1; },
      [](auto& c) { c.reduction = 2; },
      [](auto& c) { c.folds[0].penalised_errors.pop_back(); },
      [](auto& c) { c.folds[0].starts[0].factors[2] = Factor::Random(5, 2); },
      [](auto& c) { c.folds[0].starts[0].factors[1](0, 0) = nan; },
      [](auto& c) { c.folds[0].starts.resize(17, c.folds[0].starts[0]); }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    TensorCheckpoint c = some_checkpoint();
    damages[k](c);
    EXPECT_THROW(through_file(c), ModelError) << "damage " << k;
  }
}

TEST(TensorCheckpoint, IsNoneOfAMatrix) {
  const auto path = test::model_path("tensor.checkpoint");
  save_checkpoint(path, some_checkpoint());
  EXPECT_THROW(load_checkpoint(path), ModelError);
}

}  // namespace
}  // namespace hadal
