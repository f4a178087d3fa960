#include "hadal/report/words.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace hadal::test {
namespace {

TEST(Words, PercentIsNeverRoundedDown) {
  EXPECT_EQ(percent_at_most(0), "0 %");
  EXPECT_EQ(percent_at_most(0.012), "1.2 %");
  EXPECT_EQ(percent_at_most(0.01201), "1.3 %");
  EXPECT_EQ(percent_at_most(9.99e-7), "0.0001 %");
  EXPECT_EQ(percent_at_most(1.3e-6), "0.00013 %");
  EXPECT_EQ(percent_at_most(1), "100 %");
  EXPECT_EQ(percent_at_most(std::numeric_limits<double>::infinity()), "100 %");
  for (double relative = 1e-14; relative < 1; relative *= 1.37) {
    EXPECT_GE(std::stod(percent_at_most(relative)), 100 * relative * (1 - 1e-12)) << relative;
  }
}

TEST(Words, OnlyAProofIsCalledOne) {
  Certificate certificate;
  certificate.relative_gap = 1e-7;
  certificate.proof = Proof::none;
  EXPECT_THAT(claim(certificate), testing::HasSubstr("If it missed nothing"));
  certificate.proof = Proof::deterministic;
  EXPECT_EQ(claim(certificate),
            "No model of any size can have an objective more than 0.00001 % lower.");
}

TEST(Words, FiguresOfTheObjectiveNameTheirUnit) {
  MatrixModel model;
  EXPECT_EQ(objective_unit_in_words(model), "in squared units of the data");
  model.value_name = "rating";
  EXPECT_EQ(objective_unit_in_words(model), "in squared units of rating");
  model.loss = LossKind::logistic;
  EXPECT_EQ(objective_unit_in_words(model), "without unit");
  model.loss = LossKind::huber;
  model.picture = PictureShape{4, 4, 1, 8};
  EXPECT_EQ(objective_unit_in_words(model), "in squared pixel levels");
}

TEST(Words, CommandsAreQuotedWhereAShellAsks) {
  EXPECT_EQ(verify_command({"m.h5", {"d.npy", "--target-file", "my y.npy"}}),
            "hadal verify m.h5 d.npy --target-file 'my y.npy'");
  EXPECT_EQ(verify_command({"-m.h5", {"it's"}}), "hadal verify ./-m.h5 'it'\\''s'");
}

TEST(Words, DurationsHaveAReadableUnit) {
  EXPECT_EQ(duration(3.21), "3.21 s");
  EXPECT_EQ(duration(42.04), "42.0 s");
  EXPECT_EQ(duration(250), "4 min 10 s");
  EXPECT_EQ(duration(7500), "2 h 5 min");
}

}  // namespace
}  // namespace hadal::test
