#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "deep_support.hpp"
#include "hadal/network/map.hpp"

namespace hadal::deep {
namespace {

using test::normal;
using test::planned;
using torch::Tensor;

constexpr Shape picture{2, 7, 6, false};
constexpr Shape flat{5, 1, 1, true};

/// Subnetworks that have every layer, and every builder.
std::vector<Plan> all_plans() {
  std::vector<Plan> plans;
  for (const char* layer :
       {"relu", "leaky:0.2", "abs", "square", "maxout:2", "max-pool 2",
        "max-pool kernel 3 stride 2 padding 1", "mean-pool kernel 3 stride 2 padding 1",
        "skip\nrelu\nand\nend",
        "skip\nconv2d 4 kernel 1\nrelu\nand\nconv2d 4 kernel 3 padding 1\nabs\nend"})
    for (const char* bias : {"", "no-bias\n"})
      plans.push_back(planned(std::string(bias) + "conv2d 4 kernel 3 padding 1\n" + layer +
                                  "\nconv2d 3 kernel 2 stride 2\nrelu\nflatten\nlinear 4\nabs\n"
                                  "output\n",
                              picture, 3));
  plans.push_back(planned("max-pool 2\nflatten\noutput\n", picture, 2));
  plans.push_back(planned("skip\nlinear 3\nand\nlinear 3\nrelu\nend\nmaxout:3\noutput\n", flat, 2));
  plans.push_back(plan(*Architecture::built("mlp:6,5,4"), flat, 2));
  plans.push_back(plan(*Architecture::built("convnet:3,4"), {1, 8, 8, false}, 10));
  plans.push_back(plan(*Architecture::built("alexnet:48"), {3, 67, 67, false}, 4));
  return plans;
}

/// Copies of unlike blocks, in double precision.
Copies some_copies(const Subnetwork& subnetwork, std::int64_t count) {
  const Copies unit = subnetwork.random(count, generator(4, 0, 0), torch::kDouble);
  const auto blocks = static_cast<std::int64_t>(subnetwork.plan().degrees.size());
  return subnetwork.scaled(unit, (0.3 * normal(count, blocks, 8)).exp());
}

double relative(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

TEST(Subnetwork, MapsEveryCopyAsThePlainDefinitionDoes) {
  for (const Plan& p : all_plans()) {
    const Subnetwork subnetwork(p);
    const Copies copies = some_copies(subnetwork, 3);
    const Tensor x = normal(2, p.input.size(), 9);
    const Tensor each = subnetwork.each(copies, x);
    for (std::int64_t i = 0; i < 3; ++i) {
      std::vector<Vector> weights;
      for (const Tensor& layer : copies)
        weights.push_back(factor_of(layer.narrow(0, i, 1)).transpose());
      const Tensor plain = tensor_of(map_of(p, weights, factor_of(x)), torch::kDouble);
      EXPECT_LE(relative(each[i], plain), 1e-12) << p.layers[1].name;
    }
    EXPECT_LE(relative(subnetwork.sum(copies, x), each.sum(0)), 1e-12);
  }
}

TEST(Subnetwork, IsHomogeneousInEveryBlockAndInAll) {
  for (const Plan& p : all_plans()) {
    const Subnetwork subnetwork(p);
    const Copies copies = some_copies(subnetwork, 2);
    const Tensor x = normal(3, p.input.size(), 2), each = subnetwork.each(copies, x);
    const auto blocks = static_cast<std::int64_t>(p.degrees.size());
    for (const double a : {0.6, 1.9}) {
      for (std::int64_t k = 0; k < blocks; ++k) {
        Tensor factors = torch::ones({2, blocks}, torch::kDouble);
        factors.select(1, k).fill_(a);
        const double degree = p.degrees[static_cast<std::size_t>(k)];
        EXPECT_LE(relative(subnetwork.each(subnetwork.scaled(copies, factors), x),
                           std::pow(a, degree) * each),
                  1e-10);
      }
      const Tensor all = torch::full({2, blocks}, a, torch::kDouble);
      const Copies scaled = subnetwork.scaled(copies, all);
      const double factor = std::pow(a, p.degree());
      EXPECT_LE(relative(subnetwork.each(scaled, x), factor * each), 1e-10);
      for (const LayerPenalty penalty : {LayerPenalty::powers, LayerPenalty::product})
        EXPECT_LE(relative(subnetwork.penalties(scaled, penalty),
                           factor * subnetwork.penalties(copies, penalty)),
                  1e-10);
    }
  }
}

TEST(Subnetwork, BalancedHasTheSameMapAndTheLeastPowers) {
  for (const Plan& p : all_plans()) {
    const Subnetwork subnetwork(p);
    const Copies copies = some_copies(subnetwork, 2);
    const Copies balanced = subnetwork.scaled(copies, subnetwork.to_balance(copies));
    const Tensor x = normal(2, p.input.size(), 2);
    EXPECT_LE(relative(subnetwork.each(balanced, x), subnetwork.each(copies, x)), 1e-12);
    const Tensor product = subnetwork.penalties(copies, LayerPenalty::product);
    EXPECT_LE(relative(subnetwork.penalties(balanced, LayerPenalty::powers), product), 1e-12);
    EXPECT_TRUE((subnetwork.penalties(copies, LayerPenalty::powers) >= product * (1 - 1e-12))
                    .all()
                    .item<bool>());
  }
}

/// Central differences along a random direction.
void expect_gradient(const std::function<Problem::Slope(const Copies&)>& slope_at,
                     const Copies& at) {
  const auto gradient = slope_at(at).gradient;
  constexpr double step = 1e-6;
  double slope = 0;
  Copies forward, backward;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const Tensor direction = normal(at[k].size(0), at[k].size(1), 20 + k);
    slope += (gradient[k] * direction).sum().item<double>();
    forward.push_back(at[k] + step * direction);
    backward.push_back(at[k] - step * direction);
  }
  const double difference =
      (slope_at(forward).value - slope_at(backward).value).item<double>() / (2 * step);
  EXPECT_NEAR(slope, difference, 1e-6 * std::max(1.0, std::abs(difference)));
}

TEST(Subnetwork, HasTheGradientsOfFiniteDifferences) {
  for (const Plan& p : all_plans()) {
    const Subnetwork subnetwork(p);
    Samples samples{normal(4, p.input.size(), 5), normal(4, p.outputs, 6).abs(),
                    normal(4, 1, 7).abs()};
    for (const LossKind kind : {LossKind::squared, LossKind::huber, LossKind::poisson,
                                LossKind::logistic, LossKind::multinomial})
      for (const LayerPenalty penalty :
           {LayerPenalty::powers, LayerPenalty::product, LayerPenalty::decay}) {
        const Problem problem(subnetwork, samples, {kind, 0.7}, penalty, 4);
        expect_gradient(
            [&](const Copies& copies) { return problem.batch_slope(copies, samples, 0.3); },
            some_copies(subnetwork, 2));
      }
  }
}

TEST(Loss, HasTheGradientOfFiniteDifferences) {
  const Samples samples{Tensor(), normal(5, 3, 1).abs(), normal(5, 1, 2).abs()};
  const Tensor z = normal(5, 3, 3), direction = normal(5, 3, 4);
  for (const LossKind kind : {LossKind::squared, LossKind::huber, LossKind::poisson,
                              LossKind::logistic, LossKind::multinomial}) {
    const Loss loss{kind, 0.7};
    constexpr double step = 1e-6;
    const double difference =
        (loss.sum(z + step * direction, samples) - loss.sum(z - step * direction, samples))
            .item<double>() /
        (2 * step);
    EXPECT_NEAR((loss.gradient(z, samples) * direction).sum().item<double>(), difference, 1e-7)
        << to_string(kind);
  }
}

TEST(Penalty, OfACopyThatIsZeroHasADerivative) {
  const Subnetwork subnetwork(planned("linear 3\nrelu\noutput\n", flat, 1));
  const Copies zero = each_layer(some_copies(subnetwork, 1),
                                 [](const Tensor& layer) { return torch::zeros_like(layer); });
  for (const LayerPenalty penalty : {LayerPenalty::powers, LayerPenalty::product}) {
    const auto [value, derivative] = subnetwork.penalty_slope(zero, penalty);
    EXPECT_LE(value.item<double>(), 1e-12);
    EXPECT_EQ(derivative.abs().max().item<double>(), 0);
  }
}

}  // namespace
}  // namespace hadal::deep
