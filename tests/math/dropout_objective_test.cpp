#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hadal/dropout/descent.hpp"
#include "math/dropout_support.hpp"

namespace hadal::dropout {
namespace {

using test::Random;

struct Case {
  const char* name;
  Noise noise;
  std::vector<Index> widths;
  bool input = false;
};

std::vector<Case> cases() {
  return {{"dropout", {NoiseKind::dropout, 0.6, 1}, {4}},
          {"dropout on an input", {NoiseKind::dropout, 0.3, 1}, {4}, true},
          {"dropconnect", {NoiseKind::dropconnect, 0.5, 1}, {3}},
          {"dropconnect on an input", {NoiseKind::dropconnect, 0.7, 1}, {3}, true},
          {"dropblock", {NoiseKind::dropblock, 0.5, 2}, {6}},
          {"dropblock on an input", {NoiseKind::dropblock, 0.8, 3}, {6}, true},
          {"two hidden layers", {NoiseKind::dropout, 0.6, 1}, {4, 3}},
          {"three hidden layers on an input", {NoiseKind::dropout, 0.7, 1}, {3, 4, 2}, true}};
}

LinearData data_of(const Case& c, Random& random) {
  constexpr Index outputs = 4, samples = 5, inputs = 3;
  LinearData data{random.matrix(outputs, samples), {}};
  if (c.input) data.input = random.matrix(inputs, samples);
  return data;
}

TEST(DropoutObjective, HasTheGradientOfFiniteDifferences) {
  unsigned seed = 1;
  for (const Case& c : cases()) {
    Random random(seed++);
    const LinearData data = data_of(c, random);
    LinearNetwork network = random_network(data, c.widths, seed);
    std::vector<Matrix> gradient;
    objective_and_gradient(data, network, c.noise, gradient);
    LinearNetwork shape{gradient};
    const auto weights = test::weights_of(network), slopes = test::weights_of(shape);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      constexpr double h = 1e-5;
      const double before = *weights[k];
      *weights[k] = before + h;
      const double up = objective(data, network, c.noise).value();
      *weights[k] = before - h;
      const double down = objective(data, network, c.noise).value();
      *weights[k] = before;
      EXPECT_NEAR(*slopes[k], (up - down) / (2 * h), 1e-6 * (1 + std::abs(*slopes[k]))) << c.name;
    }
  }
}

/// Mean and standard error of many draws of one number.
struct Estimate {
  double mean = 0, squares = 0;
  int count = 0;
  void add(double x) {
    ++count;
    const double change = x - mean;
    mean += change / count;
    squares += change * (x - mean);
  }
  double standard_error() const { return std::sqrt(squares / count / (count - 1)); }
};

/// Draws with masks of every sample, in batches of a part of the samples: objective and every
/// element of the gradient within 5 standard errors.
TEST(DropoutObjective, IsTheMeanOfManyDraws) {
  constexpr int draws = 100'000;
  unsigned seed = 11;
  for (const Case& c : cases()) {
    Random random(seed++);
    const LinearData data = data_of(c, random);
    LinearNetwork network = random_network(data, c.widths, seed);
    std::vector<Matrix> gradient, drawn;
    const double expected = objective_and_gradient(data, network, c.noise, gradient).value();
    LinearNetwork exact{gradient}, sample;
    const auto slopes = test::weights_of(exact);
    Estimate value;
    std::vector<Estimate> slope(slopes.size());
    StochasticObjective stochastic(data, seed);
    for (int k = 0; k < draws; ++k) {
      const Index first = stochastic.masks().below(data.samples());
      const Index second = stochastic.masks().below(data.samples());
      value.add(stochastic.draw(network, c.noise, {first, second}, drawn));
      sample.layers = std::move(drawn);
      const auto elements = test::weights_of(sample);
      for (std::size_t i = 0; i < slope.size(); ++i) slope[i].add(*elements[i]);
      drawn = std::move(sample.layers);
    }
    EXPECT_NEAR(value.mean, expected, 5 * value.standard_error()) << c.name;
    EXPECT_GT(value.standard_error(), 0) << c.name;
    for (std::size_t i = 0; i < slope.size(); ++i)
      EXPECT_NEAR(slope[i].mean, *slopes[i], 5 * slope[i].standard_error() + 1e-12) << c.name;
  }
}

/// All masks of a small network, weighted by their probabilities.
TEST(DropoutObjective, IsTheSumOverAllMasks) {
  Random random(3);
  const LinearData data{random.matrix(3, 2), random.matrix(4, 2)};
  const LinearNetwork network = random_network(data, {3, 2}, 5);
  const double t = 0.7;
  double sum = 0;
  for (int bits = 0; bits < 32; ++bits) {
    double probability = 1;
    Vector first(3), second(2);
    for (int k = 0; k < 5; ++k) {
      const bool kept = bits >> k & 1;
      probability *= kept ? t : 1 - t;
      (k < 3 ? first[k] : second[k - 3]) = kept ? 1 / t : 0;
    }
    const Matrix out = network.layers[2] * second.asDiagonal() * network.layers[1] *
                       first.asDiagonal() * network.layers[0] * data.input;
    sum += probability * (data.target - out).squaredNorm();
  }
  EXPECT_NEAR(objective(data, network, {NoiseKind::dropout, t, 1}).value(), sum, 1e-12 * sum);
}

TEST(AdaptedRetain, LeavesThePenaltyOnTheProductTheSame) {
  for (const double q : {0.1, 0.5, 0.9})
    for (const double r : {1.0, 2.0, 30.0}) {
      const double t = adapted_retain(q, r);
      EXPECT_NEAR((1 - t) / t / r, (1 - q) / q, 1e-12 * (1 - q) / q);
      EXPECT_NEAR(t, q / (r - (r - 1) * q), 1e-15);
    }
}

}  // namespace
}  // namespace hadal::dropout
