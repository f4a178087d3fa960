#include "hadal/model/polar_slack.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "../../src/model/polar_slack_io.hpp"
#include "hadal/error.hpp"
#include "model_support.hpp"

namespace hadal {
namespace {

PolarSlack some_slack() {
  PolarSlack slack;
  slack.exponent = -7;
  slack.cover = SingleFactor::Random(6, 4).cwiseAbs();
  slack.pieces = {{NormTerm::tv, NormTerm::l2, SingleFactor::Random(5, 4)},
                  {NormTerm::l1, NormTerm::l1, SingleFactor::Random(6, 4)}};
  slack.gram_cover = SingleFactor::Ones(4, 4);
  slack.tree.nodes = {{0, 2}, {-1, -1}, {-1, -1}};
  slack.tree.level = 1.25;
  slack.tree.cover = {SingleFactor::Ones(6, 4), SingleFactor::Zero(6, 4)};
  return slack;
}

PolarSlack through_file(const PolarSlack& slack) {
  const auto path = test::model_path("slack.h5");
  const hdf5::Session session;
  {
    const hdf5::Writer root = hdf5::Writer::create(path);
    write_slack(root, slack);
    root.flush();
  }
  return read_slack(hdf5::Reader::open(path));
}

TEST(PolarSlack, ComesBackAsItWas) {
  const PolarSlack slack = some_slack(), back = through_file(slack);
  EXPECT_EQ(back.exponent, slack.exponent);
  EXPECT_EQ(back.cover, slack.cover);
  ASSERT_EQ(back.pieces.size(), 2U);
  EXPECT_EQ(back.pieces[0].row, NormTerm::tv);
  EXPECT_EQ(back.pieces[0].column, NormTerm::l2);
  EXPECT_EQ(back.pieces[1].values, slack.pieces[1].values);
  EXPECT_EQ(back.gram_cover, slack.gram_cover);
  EXPECT_EQ(back.tree.level, slack.tree.level);
  ASSERT_EQ(back.tree.nodes.size(), 3U);
  EXPECT_EQ(back.tree.nodes[0].b, 2);
  ASSERT_EQ(back.tree.cover.size(), 2U);
  EXPECT_EQ(back.tree.cover[1], slack.tree.cover[1]);
  EXPECT_TRUE(back.tree.gram_cover.empty());
  EXPECT_TRUE(through_file({}).tree.nodes.empty());
}

TEST(PolarSlack, RefusesWhatNoFitCanHaveWritten) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::function<void(PolarSlack&)>> damages = {
      [](auto& s) { s.exponent = 4000; },
      [](auto& s) { s.cover(1, 1) = -1; },
      [](auto& s) { s.cover(1, 1) = nan; },
      [](auto& s) { s.pieces[0].values(0, 0) = nan; },
      [](auto& s) { s.gram_cover(0, 1) = -2; },
      [](auto& s) { s.tree.level = -1; },
      [](auto& s) { s.tree.nodes[0].a = -5; },
      [](auto& s) {
        s.tree.nodes = {{0, 1}, {-1, -1}, {0, 1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
      }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    PolarSlack slack = some_slack();
    damages[k](slack);
    EXPECT_THROW(through_file(slack), ModelError) << "damage " << k;
  }
}

}  // namespace
}  // namespace hadal
