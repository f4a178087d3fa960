#include "hadal/certify/structured_bound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "../../verify/src/slack_bound.hpp"
#include "math/polar_support.hpp"

namespace hadal {
namespace {

using test::exhaustive_polar;
using test::l2_norm;
using verify::bound_from_slack;

TEST(StructuredBound, OfNonNegativeFactorsIsNeverBelowTheExhaustiveValue) {
  test::Random random(1);
  StructuredBoundOptions options;
  options.iteration_max = 60;
  double excess = 0;
  for (int trial = 0; trial < 10'000; ++trial) {
    const Index rows = random.integer(1, 4), columns = random.integer(1, 4);
    const double scale = std::pow(10, random.chance(0.2) ? random.uniform(-150, 150) : 0);
    Matrix q = random.matrix(rows, columns);
    if (random.chance(0.3)) q.array() -= 0.7;
    const double exact = exhaustive_polar(q, true, true);
    const FactorNorm norm = l2_norm(true);
    const StructuredBound found = structured_bound(Factor(scale * q), norm, norm, options);
    ASSERT_EQ(found.bound.proof, Proof::deterministic);
    ASSERT_GE(found.bound.value, scale * exact * (1 - 1e-13)) << q;
    const auto checked = bound_from_slack(Factor(scale * q), norm, norm, found.slack);
    ASSERT_EQ(checked.refusal, "");
    ASSERT_GE(checked.bound, scale * exact * (1 - 1e-13)) << q;
    ASSERT_NEAR(checked.bound, found.bound.value, 1e-9 * scale * q.norm());
    excess += exact > 0 ? found.bound.value / scale / exact - 1 : 0;
  }
  EXPECT_LT(excess / 10'000, 0.01);
}

TEST(StructuredBound, OfNonNegativeFactorsHasClosedForms) {
  test::Random random(2);
  const FactorNorm norm = l2_norm(true);
  const Matrix positive = random.matrix(9, 5).cwiseAbs();
  const StructuredBound same = structured_bound(Factor(positive), norm, norm, {});
  EXPECT_NEAR(same.bound.value, test::dense_singular_values(positive)[0], 1e-6);
  const StructuredBound none = structured_bound(Factor(-positive), norm, norm, {});
  EXPECT_LT(none.bound.value, 1e-5);
  const StructuredBound zero = structured_bound(Factor::Zero(3, 4), norm, norm, {});
  EXPECT_LT(zero.bound.value, 1e-100);
}

TEST(StructuredBound, WhereOneFactorIsNonNegativeIsNeverBelowTheExhaustiveValue) {
  test::Random random(3);
  StructuredBoundOptions options;
  options.iteration_max = 100;
  double excess = 0, spectral = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const Matrix q = random.matrix(random.integer(1, 7), random.integer(1, 7));
    const bool rows = random.chance(0.5);
    const FactorNorm u = l2_norm(rows), v = l2_norm(!rows);
    const double exact = exhaustive_polar(q, rows, !rows);
    const StructuredBound found = structured_bound(Factor(q), u, v, options);
    ASSERT_GE(found.bound.value, exact * (1 - 1e-13)) << q;
    const auto checked = bound_from_slack(Factor(q), u, v, found.slack);
    ASSERT_EQ(checked.refusal, "");
    ASSERT_GE(checked.bound, exact * (1 - 1e-13)) << q;
    ASSERT_NEAR(checked.bound, found.bound.value, 1e-9 * q.norm());
    excess += found.bound.value / exact - 1;
    spectral += test::dense_singular_values(q)[0] / exact - 1;
  }
  EXPECT_LT(excess, 0.05 * spectral);
}

/// A lower value by random vectors of norm one.
double sampled_polar(const Matrix& q, const FactorNorm& u, const FactorNorm& v,
                     test::Random& random) {
  const auto draw = [&](const FactorNorm& norm, Index size) {
    Vector x = random.vector(size);
    if (random.chance(0.5)) x = x.unaryExpr([&](double y) { return random.chance(0.5) ? y : 0; });
    if (random.chance(0.3)) x = Vector::Constant(size, 1) + 0.1 * x;
    if (norm.nonnegative) x = x.cwiseAbs();
    return Vector(x / std::max(1e-300, norm(x)));
  };
  double best = 0;
  for (int k = 0; k < 300; ++k) best = std::max(best, draw(u, q.rows()).dot(q * draw(v, q.cols())));
  return best;
}

TEST(StructuredBound, OfSumsOfNormsIsNeverBelowAnyValue) {
  test::Random random(4);
  const char* const texts[] = {
      "l2", "l1", "l1 + l2", "0.3*l1 + l2", "l2 + 0.5*tv(chain)", "0.2*l1 + 0.1*l2 + tv(chain)"};
  StructuredBoundOptions options;
  options.iteration_max = 100;
  for (int trial = 0; trial < 3000; ++trial) {
    const Matrix q = random.matrix(random.integer(2, 6), random.integer(2, 6));
    const auto norm_of = [&](Index size) {
      FactorNorm norm = parse_norm(texts[random.integer(0, 5)]);
      norm.nonnegative = random.chance(0.5);
      if (norm.tv > 0) norm.graph = lattice(GraphKind::chain, {size, 1, 1});
      return norm;
    };
    const FactorNorm u = norm_of(q.rows()), v = norm_of(q.cols());
    const StructuredBound found = structured_bound(Factor(q), u, v, options);
    const double value = sampled_polar(q, u, v, random);
    ASSERT_GE(found.bound.value, value) << to_string(u) << " x " << to_string(v) << "\n" << q;
    const auto checked = bound_from_slack(Factor(q), u, v, found.slack);
    ASSERT_EQ(checked.refusal, "");
    ASSERT_NEAR(checked.bound, found.bound.value, 1e-9 * q.norm());
    ASSERT_LE(found.bound.value, 1.001 * slack_bound(Factor(q), u, v, {}).value);
  }
}

TEST(StructuredBound, OfOneL1NormIsExact) {
  test::Random random(5);
  const Matrix q = random.matrix(7, 5);
  FactorNorm l1 = parse_norm("l1"), l2 = parse_norm("2*l2");
  EXPECT_NEAR(structured_bound(Factor(q), l2, l1, {}).bound.value,
              q.colwise().norm().maxCoeff() / 2, 1e-12);
  EXPECT_NEAR(structured_bound(Factor(q), l1, l2, {}).bound.value,
              q.rowwise().norm().maxCoeff() / 2, 1e-12);
  l1.nonnegative = l2.nonnegative = true;
  EXPECT_NEAR(structured_bound(Factor(q), l2, l1, {}).bound.value,
              q.cwiseMax(0).colwise().norm().maxCoeff() / 2, 1e-12);
}

TEST(StructuredBound, IsRefusedWhereTheSlackIsNone) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  test::Random random(6);
  const Factor q = random.matrix(7, 5);
  FactorNorm u = parse_norm("l1 + l2 + tv(chain)"), v = l2_norm(true);
  u.nonnegative = true;
  u.graph = lattice(GraphKind::chain, {7, 1, 1});
  const PolarSlack slack = structured_bound(q, u, v, {}).slack;
  ASSERT_EQ(slack.pieces.size(), 2U);
  ASSERT_EQ(bound_from_slack(q, u, v, slack).refusal, "");
  const std::vector<std::function<void(PolarSlack&)>> damages = {
      [](auto& s) { s.cover(1, 2) = -1e-6F; },
      [](auto& s) { s.cover(1, 2) = nan; },
      [](auto& s) { s.cover = SingleFactor::Ones(5, 7); },
      [](auto& s) { s.pieces[0].values(0, 0) = nan; },
      [](auto& s) { s.pieces[0].values = SingleFactor::Zero(7, 5); },
      [](auto& s) { s.pieces[1].values = SingleFactor::Zero(6, 5); },
      [](auto& s) { s.pieces[1].column = NormTerm::l1; },
      [](auto& s) { s.pieces[1].column = NormTerm::tv; },
      [](auto& s) { s.pieces[1].row = s.pieces[1].column = NormTerm::l2; },
      [](auto& s) { s.gram_cover = SingleFactor::Constant(5, 5, -1); },
      [](auto& s) { s.gram_cover = SingleFactor::Ones(4, 4); },
      [](auto& s) {
        s.gram_cover = SingleFactor::Ones(5, 5);
        s.gram_cover(0, 1) = 2;
      },
      [](auto& s) { s.exponent = 5000; }};
  for (std::size_t k = 0; k < damages.size(); ++k) {
    PolarSlack damaged = slack;
    damages[k](damaged);
    EXPECT_NE(bound_from_slack(q, u, v, damaged).refusal, "") << "damage " << k;
  }
  v.nonnegative = false;
  EXPECT_NE(bound_from_slack(q, u, v, slack).refusal, "");
}

TEST(StructuredBound, OfAnySlackHolds) {
  test::Random random(7);
  const FactorNorm norm = l2_norm(true);
  for (int trial = 0; trial < 2000; ++trial) {
    const Matrix q = random.matrix(3, 4);
    const double exact = exhaustive_polar(q, true, true);
    PolarSlack slack;
    slack.exponent = static_cast<int>(random.integer(-3, 3));
    slack.cover = random.matrix(3, 4).cwiseAbs().cast<float>();
    if (random.chance(0.5)) {
      const Matrix m = random.matrix(4, 4).cwiseAbs();
      slack.gram_cover = (m + m.transpose()).cast<float>();
    }
    ASSERT_GE(slack_bound(q, norm, norm, slack).value, exact * (1 - 1e-13));
    ASSERT_GE(bound_from_slack(q, norm, norm, slack).bound, exact * (1 - 1e-13));
  }
}

TEST(StructuredBound, GoesOnFromAnEarlierSlackAndStopsAtItsTarget) {
  test::Random random(8);
  for (const bool wide : {false, true}) {
    const Matrix m = random.matrix(wide ? 6 : 40, wide ? 40 : 6);
    for (const double unit : {1.0, 1e30}) {
      const FactorNorm norm = l2_norm(true);
      const StructuredBound first = structured_bound(Factor(m), norm, norm, {});
      StructuredBoundOptions options;
      options.target = first.bound.value * unit * (1 + 1e-6);
      PolarSlack warm = first.slack;
      const StructuredBound again =
          structured_bound(Factor(unit * m), norm, norm, options, unit == 1 ? warm : PolarSlack{});
      EXPECT_LE(again.bound.value, options.target);
      EXPECT_EQ(again.iterations == 0, unit == 1);
    }
  }
}

}  // namespace
}  // namespace hadal
