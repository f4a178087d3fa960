#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/dropout/closed_form.hpp"
#include "hadal/dropout/descent.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "hadal/model/unit_spread.hpp"
#include "math/dropout_support.hpp"

namespace hadal::dropout {
namespace {

using test::Random;

Vector decreasing(Index size, Random& random) {
  Vector s = random.vector(size).cwiseAbs();
  if (size > 3 && random.chance(0.3)) s[1] = s[2] = s[0];
  if (random.chance(0.3)) s.tail(size / 2).setZero();
  std::sort(s.begin(), s.end(), std::greater());
  return s;
}

/// max <x, y> over the unit ball of the dual norm, the 2-norm of the k largest, by the y of the
/// right form: the larger of what every split of head and tied rest gives, and never more than any.
TEST(SupportNorm, IsTheDualOfTheLargestElements) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const Index size = random.integer(1, 8), k = random.integer(1, 5);
    const Vector x = decreasing(size, random);
    const double norm = std::sqrt(squared_support_norm(x, k));
    double best = 0;
    for (Index head = 0; head < std::min(k, size); ++head) {
      Vector y = x;
      const Index left = std::min(k, size) - head;
      y.tail(size - head).setConstant(x.tail(size - head).sum() / static_cast<double>(left));
      std::sort(y.begin(), y.end(), std::greater());
      best = std::max(best, x.dot(y) / std::sqrt(squared_largest(y, k)));
    }
    for (int trial = 0; trial < 50; ++trial) {
      const Vector y = decreasing(size, random);
      if (squared_largest(y, k) > 0) {
        EXPECT_LE(x.dot(y) / std::sqrt(squared_largest(y, k)), norm * (1 + 1e-12) + 1e-15);
      }
    }
    EXPECT_LE(best, norm * (1 + 1e-12));
    // Attained: x is in the ball's normal cone at the dual of a shrinkage of a larger vector.
    const Vector dual = shrink(x, 1e-9, k).dual;
    if (squared_largest(dual, k) > 0) {
      EXPECT_GE(x.dot(dual) / std::sqrt(squared_largest(dual, k)), norm * (1 - 1e-6));
    }
  }
}

TEST(SupportNorm, IsTheSquaredSumForOneAndTheSumOfSquaresForAll) {
  Vector x(4);
  x << 4, 3, 2, 1;
  EXPECT_EQ(squared_support_norm(x, 1), 100);
  EXPECT_EQ(squared_support_norm(x, 4), 30);
  EXPECT_EQ(squared_support_norm(x, 9), 30);
  EXPECT_EQ(squared_support_norm(Vector(), 2), 0);
}

/// Primal and dual values agree, which proves both.
TEST(SupportShrinkage, HasNoDualityGap) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Index size = random.integer(1, 9), k = random.integer(1, 4);
    const double strength = std::pow(10.0, random.uniform(-3, 3));
    const Vector s = decreasing(size, random);
    const SupportShrinkage result = shrink(s, strength, k);
    ASSERT_GE(result.values.minCoeff(), 0);
    const double primal =
        (s - result.values).squaredNorm() + strength * squared_support_norm(result.values, k);
    const double dual =
        s.squaredNorm() - static_cast<double>(explained_at_most(s, result.dual, strength, k));
    EXPECT_NEAR(primal, dual, 1e-11 * s.squaredNorm()) << seed;
    EXPECT_EQ(result.support, (result.values.array() > 0).count());
    // For any other e it is a bound as well.
    Vector other = result.dual * random.uniform(0.2, 1);
    EXPECT_LE(s.squaredNorm() - static_cast<double>(explained_at_most(s, other, strength, k)),
              primal + 1e-11 * s.squaredNorm());
  }
}

TEST(EqualisingRotation, MakesEveryDiagonalElementTheMean) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Index size = random.integer(0, 9), width = size + random.integer(size == 0, 5);
    const Vector x = size ? decreasing(size, random) : Vector();
    const Matrix r = equalising_rotation(x, width);
    EXPECT_TRUE((r.transpose() * r).isIdentity(1e-12));
    Vector padded = Vector::Zero(width);
    padded.head(size) = x;
    const Vector diagonal = (r.transpose() * padded.asDiagonal() * r).diagonal();
    const double mean = padded.mean();
    EXPECT_LE((diagonal.array() - mean).abs().maxCoeff(), 1e-12 * (1 + mean));
  }
}

/// The product is kept, and the network's own penalty is the induced one.
TEST(Equalised, AttainsTheInducedPenalty) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Index rank = random.integer(1, 4), width = rank + random.integer(0, 6);
    const Matrix m = random.matrix(7, rank) * random.matrix(rank, 6);
    const SingularTriplets triplets = leading_singular(
        m, [&](const Vector&) { return rank; }, 1e-12, 0);
    const LinearNetwork network =
        equalised({triplets.values, triplets.left, triplets.right}, width);
    EXPECT_TRUE(network.product().isApprox(m, 1e-12));
    const Noise noise{NoiseKind::dropout, 0.3, 1};
    const double own = objective({m, {}}, network, noise).penalty;
    EXPECT_NEAR(own, penalty_of(induced_penalty({width}, noise), triplets.values), 1e-11 * own);
    EXPECT_LE(spread(unit_products(network, {})), 1e-11);
  }
}

TEST(Equalised, OfRankOneAttainsTheInducedPenaltyOfManyLayers) {
  for (const std::vector<Index>& widths : std::vector<std::vector<Index>>{{3}, {4, 2}, {2, 3, 4}}) {
    Random random(static_cast<unsigned>(widths.size()));
    const Spectrum spectrum{Vector::Constant(1, 2.5), random.vector(5).normalized(),
                            random.vector(4).normalized()};
    const LinearNetwork network = equalised_rank_one(spectrum, widths);
    const Noise noise{NoiseKind::dropout, 0.6, 1};
    const Objective value = objective({network.product(), {}}, network, noise);
    EXPECT_NEAR(network.product().norm(), 2.5, 1e-12);
    EXPECT_NEAR(value.penalty, penalty_of(induced_penalty(widths, noise), spectrum.values),
                1e-12 * value.penalty);
  }
}

/// Of any network, however deep and whatever its noise, the own penalty is not below the induced
/// one.
TEST(InducedPenalty, IsBelowTheOwnPenaltyOfEveryNetwork) {
  const std::vector<std::pair<Noise, std::vector<Index>>> kinds = {
      {{NoiseKind::dropout, 0.5, 1}, {4}},      {{NoiseKind::dropconnect, 0.5, 1}, {3}},
      {{NoiseKind::dropblock, 0.4, 2}, {6}},    {{NoiseKind::dropblock, 0.7, 3}, {6}},
      {{NoiseKind::dropout, 0.5, 1}, {4, 3}},   {{NoiseKind::dropout, 0.8, 1}, {2, 5, 3}},
      {{NoiseKind::dropout, 0.3, 1}, {3, 3, 3}}};
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const LinearData data{random.matrix(5, 4), {}};
    for (const auto& [noise, widths] : kinds) {
      LinearNetwork network = random_network(data, widths, seed);
      const double own = objective(data, network, noise).penalty;
      const Vector values = Eigen::JacobiSVD<Matrix>(network.product()).singularValues();
      EXPECT_GE(own * (1 + 1e-10), penalty_of(induced_penalty(widths, noise), values));
    }
  }
}

/// Whatever descents find, of every kind of network, is not below the lower bound.
TEST(DropoutBound, IsNeverAboveWhatDescentsFind) {
  const std::vector<std::pair<Noise, std::vector<Index>>> kinds = {
      {{NoiseKind::dropout, 0.5, 1}, {4}},
      {{NoiseKind::dropblock, 0.4, 2}, {4}},
      {{NoiseKind::dropblock, 0.7, 3}, {6}},
      {{NoiseKind::dropout, 0.5, 1}, {4, 3}},
      {{NoiseKind::dropout, 0.8, 1}, {2, 5}}};
  for (unsigned seed = 0; seed < 40; ++seed) {
    Random random(seed);
    LinearData data{test::random_target(6, 5, random), {}};
    if (seed % 3 == 0) data.input = random.matrix(random.integer(1, 7), 5);
    if (seed % 6 == 0 && data.input.rows() > 1) data.input.row(0) = data.input.row(1);
    for (const auto& [noise, widths] : kinds) {
      DropoutFitOptions options;
      options.noise = noise;
      options.widths = widths;
      const DropoutModel model = fit_dropout(data, options);
      for (unsigned start = 0; start < 3; ++start) {
        LinearNetwork network = random_network(data, widths, 100 + start);
        const double found = descend(data, noise, {}, network).objective.value();
        EXPECT_GE(found * (1 + 1e-12), model.certificate.lower_bound) << seed;
        if (model.status == Status::optimal) {
          EXPECT_GE(found * (1 + 2e-6), model.certificate.objective) << seed;
        }
      }
    }
  }
}

/// The dual point proves the penalty of every matrix that is shared evenly.
TEST(Equalised, IsProvedToHaveTheLeastPenaltyOfAllThatComputeTheMatrix) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Matrix x = test::random_target(7, 6, random);
    const double retain = random.uniform(0.1, 0.9);
    DropoutFitOptions options;
    options.method = DropoutMethod::equalise;
    options.noise.retain = retain;
    options.widths = {random.integer(6, 12)};
    const DropoutModel model = fit_dropout({x, {}}, options);
    const double nuclear = Eigen::JacobiSVD<Matrix>(x).singularValues().sum();
    const double expected =
        (1 - retain) / retain / static_cast<double>(options.widths[0]) * nuclear * nuclear;
    EXPECT_NEAR(model.certificate.objective, expected, 1e-11 * expected);
    EXPECT_LE(model.certificate.lower_bound, expected * (1 + 1e-14));
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_TRUE(model.network.product().isApprox(x, 1e-12));
  }
  // Beyond the sizes that are decomposed whole, of a rank that is found.
  Random random(1);
  const Matrix large = random.matrix(500, 20) * random.matrix(20, 400);
  DropoutFitOptions chosen;
  chosen.method = DropoutMethod::equalise;
  chosen.noise.retain = 0.5;
  const DropoutModel model = fit_dropout({large, {}}, chosen);
  EXPECT_EQ(model.network.widths(), std::vector<Index>{20});
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(model.network.product().isApprox(large, 1e-12));

  DropoutFitOptions narrow;
  narrow.method = DropoutMethod::equalise;
  narrow.noise.retain = 0.5;
  narrow.widths = {2};
  EXPECT_THROW(fit_dropout({Matrix::Identity(4, 4), {}}, narrow), ArgumentError);
}

TEST(DropoutBlocks, OfFewSingularValuesAreSolvedInClosedForm) {
  Random random(8);
  const Matrix y = random.matrix(8, 3) * random.matrix(3, 7);
  DropoutFitOptions options;
  options.noise = {NoiseKind::dropblock, 0.5, 4};
  options.widths = {12};
  const DropoutModel model = fit_dropout({y, {}}, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_EQ(model.iterations, 0);
  // Ridge regression: x = s / (1 + strength).
  const double strength = 1.0 / 3;
  EXPECT_NEAR(model.certificate.objective, strength / (1 + strength) * y.squaredNorm(),
              1e-12 * y.squaredNorm());
}

}  // namespace
}  // namespace hadal::dropout
