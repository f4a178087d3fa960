#include "hadal/atom/hidden_unit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/atom/collapse.hpp"
#include "hadal/error.hpp"
#include "hidden_unit_support.hpp"
#include "problem_count.hpp"

namespace hadal {
namespace {

HiddenUnits random_units(test::Draws& draws, const HiddenUnitFamily& family, Index size) {
  return {draws.matrix(family.x().cols(), size * family.activation().pieces),
          draws.matrix(family.outputs(), size)};
}

/// f(u) = max over unit v of <Q, act(X u) v^T>, of the product penalty.
double collected(const HiddenUnitFamily& family, const Vector& q, const Vector& u) {
  const Eigen::Map<const Factor> force(q.data(), family.x().rows(), family.outputs());
  return (force.transpose() * family.hidden(u)).norm();
}

class EveryFamily : public testing::TestWithParam<std::tuple<std::string, UnitPenalty, Index>> {
 protected:
  Activation activation() const { return Activation::from_string(std::get<0>(GetParam())); }
  UnitPenalty penalty() const { return std::get<1>(GetParam()); }
  Index outputs() const { return std::get<2>(GetParam()); }
};

TEST_P(EveryFamily, HasAMapAndAPenaltyOfItsDegree) {
  test::Draws draws(1);
  const Factor x = draws.matrix(9, 4);
  const HiddenUnitFamily family(x, outputs(), activation(), penalty());
  const HiddenUnits units = random_units(draws, family, 3);
  for (const double a : {0.01, 3.0, 1e4}) {
    const HiddenUnits scaled{a * units.u, a * units.v};
    Vector z, of_scaled;
    family.predict(units, z);
    family.predict(scaled, of_scaled);
    const double power = std::pow(a, family.map_degree());
    EXPECT_LE((of_scaled - power * z).norm(), 1e-10 * of_scaled.norm());
    EXPECT_NEAR(family.penalty(scaled), power * family.penalty(units),
                1e-10 * family.penalty(scaled));
  }
}

TEST_P(EveryFamily, CompressesWithoutChangingWhatIsComputedOrRaisingThePenalty) {
  test::Draws draws(2);
  const Factor x = draws.matrix(12, 3);
  const HiddenUnitFamily family(x, outputs(), activation(), penalty());
  for (int trial = 0; trial < 20; ++trial) {
    HiddenUnits units = random_units(draws, family, 40);
    const Index pieces = activation().pieces;
    units.u.leftCols(pieces) = 2 * units.u.middleCols(pieces, pieces);  // two that are parallel
    units.v.col(5).setZero();
    const double before = family.penalty(units);
    Vector z, after;
    family.predict(units, z);
    family.compress(units);
    family.predict(units, after);
    EXPECT_LE((after - z).norm(), 1e-9 * z.norm());
    EXPECT_LE(family.penalty(units), before * (1 + 1e-12));
    EXPECT_LT(units.size(), 40);
    const Vector in = family.input_norms(units), out = family.output_norms(units);
    EXPECT_LE((in - out).norm(), 1e-10 * in.norm());
    const Vector penalties = family.penalties(units);
    for (Index j = 1; j < units.size(); ++j)
      EXPECT_GE(penalties[j - 1], penalties[j] * (1 - 1e-12));
  }
}

TEST_P(EveryFamily, FindsAtomsOfPenaltyOneThatCollectWhatItSays) {
  test::Draws draws(3);
  const Factor x = draws.matrix(30, 4);
  const HiddenUnitFamily family(x, outputs(), activation(), penalty());
  const Vector q = draws.vector(30 * outputs());
  PolarRequest request;
  request.atoms_max = 20;
  const PolarResult<HiddenUnits> polar = family.polar(q, family.empty(), request);
  ASSERT_GT(polar.found.size(), 0);
  const Vector penalties = family.penalties(polar.found);
  for (Index j = 0; j < polar.found.size(); ++j) {
    const Index pieces = activation().pieces;
    const HiddenUnits one{Factor(polar.found.u.middleCols(j * pieces, pieces)),
                          Factor(polar.found.v.col(j))};
    Vector z;
    family.predict(one, z);
    EXPECT_NEAR(penalties[j], 1, 1e-10);
    EXPECT_NEAR(q.dot(z), polar.collected[static_cast<std::size_t>(j)], 1e-9 * polar.value);
  }
  EXPECT_EQ(polar.value, polar.collected.front());
  request.proof = Proof::deterministic;
  request.estimate = polar.value;
  request.lambda = polar.value;
  const PolarBound bound = family.polar(q, family.empty(), request).bound;
  if (bound.proof == Proof::deterministic) {
    EXPECT_GE(bound.value, polar.value);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryFamily,
                         testing::Combine(testing::Values("linear", "relu", "leaky:0.1", "abs",
                                                          "square", "maxout:3"),
                                          testing::Values(UnitPenalty::product, UnitPenalty::path),
                                          testing::Values(Index{1}, Index{3})));

TEST(HiddenUnits, OfTwoInputsAreFoundAsOnAFineGridOfAngles) {
  test::Draws draws(4);
  const int trials = test::problem_count(100);
  for (int trial = 0; trial < trials; ++trial) {
    const Factor x = draws.matrix(1 + draws.below(40), 2);
    const Index outputs = 1 + draws.below(3);
    const HiddenUnitFamily family(x, outputs, Activation{}, UnitPenalty::product);
    const Vector q = draws.vector(x.rows() * outputs);
    double best = 0;
    constexpr int angles = 20'000;
    for (int k = 0; k < angles; ++k) {
      const double angle = 2 * std::numbers::pi * k / angles;
      best = std::max(best, collected(family, q, Vector{{std::cos(angle), std::sin(angle)}}));
    }
    const double found = family.polar(q, family.empty(), {}).value;
    EXPECT_GE(found, best * (1 - 1e-12));
    EXPECT_LE(found, best * (1 + 1e-3));
  }
}

TEST(HiddenUnits, FoundOfFewInputsAreTheBestThatThereAre) {
  test::Draws draws(5);
  const int trials = test::problem_count(30);
  for (int trial = 0; trial < trials; ++trial) {
    Factor x = draws.matrix(60, 3);
    x.col(2).setOnes();
    const HiddenUnitFamily family(x, 1, Activation{}, UnitPenalty::product);
    const Vector q = draws.vector(60);
    PolarRequest request;
    request.estimate = family.polar(q, family.empty(), {}).value;
    request.lambda = request.estimate;
    request.proof = Proof::deterministic;
    const PolarBound bound = family.polar(q, family.empty(), request).bound;
    EXPECT_EQ(bound.proof, Proof::deterministic);
    EXPECT_GE(bound.value, request.estimate);
    EXPECT_LE(bound.value, request.estimate * (1 + 1e-6)) << trial;
  }
}

TEST(HiddenUnits, OfSquaresCollectTheLargestEigenvalue) {
  test::Draws draws(6);
  const Factor x = draws.matrix(50, 7);
  const Vector q = draws.vector(50);
  const HiddenUnitFamily family(x, 1, Activation::from_string("square"), UnitPenalty::product);
  const Matrix form = x.transpose() * q.asDiagonal() * x;
  const double largest =
      Eigen::SelfAdjointEigenSolver<Matrix>(form).eigenvalues().cwiseAbs().maxCoeff();
  PolarRequest request;
  request.estimate = family.polar(q, family.empty(), {}).value;
  EXPECT_NEAR(request.estimate, largest, 1e-12 * largest);
  request.lambda = largest;
  request.proof = Proof::deterministic;
  const double bound = family.polar(q, family.empty(), request).bound.value;
  EXPECT_GE(bound, largest);
  EXPECT_LE(bound, largest * (1 + 1e-7));
}

TEST(HiddenUnits, NeedSamplesInputsAndOutputs) {
  const Factor none(0, 3), some = Factor::Ones(2, 3);
  EXPECT_THROW(HiddenUnitFamily(none, 1, Activation{}, UnitPenalty::product), ArgumentError);
  EXPECT_THROW(HiddenUnitFamily(some, 0, Activation{}, UnitPenalty::product), ArgumentError);
}

TEST(Collapse, LeavesAsManyAtomsAsThereAreNumbersAndNoHigherPenalty) {
  test::Draws draws(7);
  for (int trial = 0; trial < 50; ++trial) {
    const Index numbers = 1 + draws.below(6), atoms = numbers + 1 + draws.below(8);
    const Matrix maps = draws.matrix(numbers, atoms);
    const Vector penalties = draws.vector(atoms).cwiseAbs();
    const Vector s = collapse(maps, penalties);
    EXPECT_GE(s.minCoeff(), 0);
    EXPECT_LE((s.array() > 0).count(), numbers);
    EXPECT_LE((maps * s - maps.rowwise().sum()).norm(), 1e-9 * maps.norm());
    EXPECT_LE(penalties.dot(s), penalties.sum() * (1 + 1e-12));
  }
}

/// Y = c I and X = I: the linear optimum is (c - lambda) I, of which every frame of directions is a
/// decomposition. All its units are stationary and none is zero, so that Theorem 2 of Haeffele and
/// Vidal (2017) lets 8 be collapsed to the 4 numbers of an output, at the same objective.
TEST(Collapse, OfALocalMinimumWithoutZeroAtomsKeepsTheObjective) {
  constexpr double c = 3, lambda = 1;
  constexpr Index atoms = 8;
  Matrix maps(4, atoms);
  Vector penalties(atoms);
  const Matrix residual = lambda * Matrix::Identity(2, 2);
  for (Index j = 0; j < atoms; ++j) {
    const double angle = std::numbers::pi * static_cast<double>(j) / atoms;
    const Vector u{{std::cos(angle), std::sin(angle)}};
    const double size = 2 * (c - lambda) / atoms;
    penalties[j] = size;
    maps.col(j) = (size * u * u.transpose()).reshaped();
    EXPECT_NEAR(maps.col(j).dot(residual.reshaped()), lambda * size, 1e-14);
  }
  const auto objective = [&](const Vector& s) {
    const Vector z = maps * s;
    return (c * Matrix::Identity(2, 2).reshaped() - z).squaredNorm() / 2 +
           lambda * penalties.dot(s);
  };
  const double before = objective(Vector::Ones(atoms));
  EXPECT_NEAR(before, lambda * lambda + lambda * 2 * (c - lambda), 1e-12);
  const Vector s = collapse(maps, penalties);
  EXPECT_LE((s.array() > 0).count(), 4);
  EXPECT_GE(s.minCoeff(), 0);
  EXPECT_NEAR(objective(s), before, 1e-12);
}

TEST(Collapse, KeepsIndependentAtoms) {
  EXPECT_EQ(collapse(Matrix::Identity(3, 3), Vector::Ones(3)), Vector(Vector::Ones(3)));
}

}  // namespace
}  // namespace hadal
