#include "hadal/certify/cone_tree.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "../../verify/src/cone_tree.hpp"
#include "math/polar_support.hpp"

namespace hadal {
namespace {

using test::exhaustive_polar;
using test::l2_norm;
using verify::bound_from_tree;

TEST(ConeTree, EqualsTheExhaustiveValue) {
  test::Random random(1);
  for (int trial = 0; trial < 1000; ++trial) {
    Matrix q = random.matrix(random.integer(1, 4), random.integer(1, 4));
    if (random.chance(0.2)) q.array() -= 1;
    const bool u = random.chance(0.7), v = !u || random.chance(0.7);
    const double exact = exhaustive_polar(q, u, v);
    const double scale = std::pow(10, random.chance(0.3) ? random.uniform(-150, 150) : 0);
    const ConeTreeResult found = polar_by_cones(scale * q, u, v);
    const auto checked = bound_from_tree(Factor(scale * q), l2_norm(u), l2_norm(v), found.slack);
    ASSERT_EQ(checked.refusal, "");
    for (const double bound : {found.bound.value, checked.bound}) {
      ASSERT_GE(bound, scale * exact * (1 - 1e-13)) << q;
      ASSERT_LE(bound, scale * std::max(exact, q.cwiseAbs().maxCoeff()) * (1 + 1.01e-5)) << q;
      if (exact > q.cwiseAbs().maxCoeff() / 2) {
        ASSERT_LE(bound, scale * exact * (1 + 1.01e-5)) << q;
      }
    }
    ASSERT_LE(found.value, scale * exact * (1 + 1e-12)) << q;
  }
}

TEST(ConeTree, ProvesWhatTheRootCannot) {
  test::Random random(2);
  Index most = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Matrix q = random.matrix(8, 6);
    const ConeTreeResult found = polar_by_cones(q, true, true);
    ASSERT_EQ(found.bound.proof, Proof::deterministic);
    ASSERT_LE(found.bound.value, found.value * (1 + 1e-5));
    ASSERT_NEAR(found.u.dot(q * found.v), found.value, 1e-13);
    ASSERT_GE(found.u.minCoeff(), 0);
    ASSERT_GE(found.v.minCoeff(), 0);
    most = std::max(most, found.nodes);
  }
  EXPECT_GT(most, 1);
}

/// A matrix whose tree has several leaves, and its tree.
struct Divided {
  Factor q;
  PolarSlack slack;
  double value = 0;

  Divided() {
    test::Random random(2);
    for (int trial = 0; trial < 60; ++trial) {
      q = random.matrix(8, 6);
      const ConeTreeResult found = polar_by_cones(q, true, true);
      slack = found.slack;
      value = found.value;
      if (found.nodes > 1) return;
    }
  }
};

TEST(ConeTree, IsRefusedWhereItIsNotOne) {
  const Divided base;
  const FactorNorm norm = l2_norm(true);
  ASSERT_GT(base.slack.tree.nodes.size(), 1U);
  ASSERT_EQ(bound_from_tree(base.q, norm, norm, base.slack).refusal, "");
  const std::vector<std::function<void(PolarSlack&)>> damages = {
      [](auto& s) { s.tree.cover[0](0, 0) = -1e-6F; },
      [](auto& s) { s.tree.cover[1](2, 1) = std::numeric_limits<float>::quiet_NaN(); },
      [](auto& s) { s.tree.cover.pop_back(); },
      [](auto& s) { s.tree.cover[0] = SingleFactor::Zero(6, 8); },
      [](auto& s) { s.tree.gram_cover[0](1, 0) = -1; },
      [](auto& s) { s.tree.gram_cover[0](1, 0) += 1; },
      [](auto& s) { s.tree.gram_cover.pop_back(); },
      [](auto& s) { s.tree.nodes.pop_back(); },
      [](auto& s) {
        s.tree.nodes.push_back({-1, -1});
      },
      [](auto& s) { s.tree.nodes.clear(); },
      [](auto& s) { s.tree.nodes[0].a = 6; },
      [](auto& s) { s.tree.nodes[0].b = s.tree.nodes[0].a; },
      [](auto& s) { s.tree.nodes[0].b = -1; },
      [](auto& s) { s.tree.level = std::numeric_limits<double>::quiet_NaN(); },
      [](auto& s) { s.exponent = 5000; }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    PolarSlack slack = base.slack;
    damages[k](slack);
    const auto checked = bound_from_tree(base.q, norm, norm, slack);
    EXPECT_NE(checked.refusal, "") << "damage " << k;
    EXPECT_EQ(checked.bound, std::numeric_limits<double>::infinity()) << "damage " << k;
  }
  EXPECT_NE(bound_from_tree(base.q, norm, l2_norm(false), base.slack).refusal, "");
  EXPECT_NE(bound_from_tree(base.q, parse_norm("l1"), norm, base.slack).refusal, "");
}

TEST(ConeTree, NeverProvesTooMuchWhateverItHolds) {
  const Divided base;
  const FactorNorm norm = l2_norm(true);
  test::Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    PolarSlack slack = base.slack;
    if (random.chance(0.5)) slack.tree.level *= random.uniform(0, 2);
    for (auto& cover : slack.tree.cover)
      if (random.chance(0.5)) cover *= static_cast<float>(random.uniform(0, 2));
    for (auto& cover : slack.tree.gram_cover)
      if (random.chance(0.5)) cover *= static_cast<float>(random.uniform(0, 2));
    if (random.chance(0.3)) slack.exponent += static_cast<int>(random.integer(-20, 20));
    const Factor q = base.q * (random.chance(0.5) ? random.uniform(0, 3) : 1);
    const double scale = q.norm() / base.q.norm();
    ASSERT_GE(bound_from_tree(q, norm, norm, slack).bound, scale * base.value * (1 - 1e-13));
  }
}

}  // namespace
}  // namespace hadal
