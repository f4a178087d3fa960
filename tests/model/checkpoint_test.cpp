#include "hadal/model/checkpoint.hpp"

#include <gtest/gtest.h>

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
