#include "hadal/network/map.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "hadal/error.hpp"

namespace hadal {
namespace {

std::vector<Vector> some_weights(const Plan& plan, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Vector> weights;
  for (const WeightLayer& layer : plan.weights) {
    weights.push_back(Vector::NullaryExpr(layer.size(), [&] { return normal(random); }));
    if (layer.carries)
      weights.back()[layer.size() - 1] = std::abs(weights.back()[layer.size() - 1]);
  }
  return weights;
}

Factor some_inputs(const Plan& plan, Index samples) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  return Factor::NullaryExpr(samples, plan.input.size(), [&] { return normal(random); });
}

Plan planned(const std::string& text, const Shape& input, Index outputs) {
  return plan(Architecture::from_text(text, "net"), input, outputs);
}

TEST(Map, IsWhatIsWorkedOutByHand) {
  const Plan p = planned("linear 2\nrelu\noutput\n", {2, 1, 1, true}, 1);
  // W = [1 -1; 2 1], b = (3, -9), g = 2; v = (1, 10), its bias 5.
  const std::vector<Vector> weights{Vector{{1, -1, 2, 1, 3, -9, 2}}, Vector{{1, 10, 5}}};
  // x = (1, 2): hidden (1 - 2 + 3, 2 + 2 - 9 < 0), constant 2; out 2 + 0 + 5 * 2.
  EXPECT_EQ(map_of(p, weights, Factor{{1, 2}})(0, 0), 12);
}

TEST(Map, OfAConvolutionIsThatOfItsDefinition) {
  const Plan p = planned("no-bias\nconv2d 2 kernel 3 stride 2 padding 1\nflatten\noutput\n",
                         {2, 5, 4, false}, 12);
  std::vector<Vector> weights = some_weights(p, 3);
  weights[1].setZero();
  for (Index k = 0; k < 12; ++k) weights[1][k * 12 + k] = 1;  // passes all values on
  const Factor x = some_inputs(p, 1);
  const Factor z = map_of(p, weights, x);
  for (Index o = 0; o < 2; ++o)
    for (Index row = 0; row < 3; ++row)
      for (Index column = 0; column < 2; ++column) {
        double sum = 0;
        for (Index c = 0; c < 2; ++c)
          for (Index i = 0; i < 3; ++i)
            for (Index j = 0; j < 3; ++j) {
              const Index y = 2 * row + i - 1, w = 2 * column + j - 1;
              if (y >= 0 && y < 5 && w >= 0 && w < 4)
                sum += weights[0][((o * 2 + c) * 3 + i) * 3 + j] * x(0, (c * 5 + y) * 4 + w);
            }
        EXPECT_NEAR(z(0, (o * 3 + row) * 2 + column), sum, 1e-12);
      }
}

/// Scaling block k by a scales the map by a^degree; all blocks, by a^(degree of all).
void expect_homogeneous(const Plan& p) {
  const Factor x = some_inputs(p, 3);
  const std::vector<Vector> weights = some_weights(p, 11);
  const Factor z = map_of(p, weights, x);
  ASSERT_GT(z.norm(), 0);
  constexpr double a = 1.7;
  std::vector<Vector> all = weights;
  for (Vector& layer : all) layer *= a;
  const double factor = std::pow(a, p.degree());
  EXPECT_LE((map_of(p, all, x) - factor * z).norm(), 1e-10 * factor * z.norm());
  for (std::size_t block = 0; block < p.degrees.size(); ++block) {
    std::vector<Vector> one = weights;
    for (std::size_t k = 0; k < one.size(); ++k)
      if (p.weights[k].block == block) one[k] *= a;
    const double own = std::pow(a, p.degrees[block]);
    EXPECT_LE((map_of(p, one, x) - own * z).norm(), 1e-10 * own * z.norm()) << block;
  }
}

class Homogeneity : public testing::TestWithParam<const char*> {};

TEST_P(Homogeneity, OfPicturesIsExact) {
  expect_homogeneous(planned("conv2d 6 kernel 3 padding 1\n" + std::string(GetParam()) +
                                 "\nconv2d 4 kernel 2\nabs\nflatten\nlinear 5\nrelu\noutput\n",
                             {2, 6, 7, false}, 3));
}

TEST_P(Homogeneity, OfPicturesWithoutBiasesIsExact) {
  expect_homogeneous(planned("no-bias\nconv2d 6 kernel 3 padding 1\n" + std::string(GetParam()) +
                                 "\nflatten\nlinear 5\nrelu\noutput\n",
                             {2, 6, 7, false}, 3));
}

INSTANTIATE_TEST_SUITE_P(EveryLayer, Homogeneity,
                         testing::Values("relu", "leaky:0.2", "abs", "square", "maxout:2",
                                         "max-pool 2", "max-pool kernel 3 stride 2 padding 1",
                                         "mean-pool kernel 3 stride 2 padding 1",
                                         "skip\nrelu\nand\nend",
                                         "skip\nconv2d 4 kernel 1\nrelu\nand\n"
                                         "conv2d 4 kernel 3 padding 1\nabs\nend"));

TEST(Map, OfEveryBuilderIsHomogeneous) {
  expect_homogeneous(plan(*Architecture::built("mlp:6,5,4"), {4, 1, 1, true}, 2));
  expect_homogeneous(plan(*Architecture::built("convnet:3,4"), {1, 8, 8, false}, 10));
  expect_homogeneous(plan(*Architecture::built("alexnet:48"), {3, 227, 227, false}, 4));
}

TEST(Map, RefusesOtherSizes) {
  const Plan p = planned("linear 3\noutput\n", {2, 1, 1, true}, 1);
  EXPECT_THROW(map_of(p, some_weights(p, 1), Factor::Zero(1, 3)), ArgumentError);
  EXPECT_THROW(map_of(p, {Vector::Zero(2), Vector::Zero(4)}, Factor::Zero(1, 2)), ArgumentError);
  EXPECT_THROW(map_of(p, {}, Factor::Zero(1, 2)), ArgumentError);
}

}  // namespace
}  // namespace hadal
