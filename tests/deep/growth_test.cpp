#include <gmock/gmock.h>

#include <cmath>

#include "../../src/deep/search.hpp"
#include "deep_support.hpp"

namespace hadal::deep {
namespace {

using test::planned;
using torch::Tensor;

Problem rings_problem(const std::string& layers, LayerPenalty penalty) {
  const SampleData data = test::rings(60);
  Samples samples{
      tensor_of(data.inputs, torch::kDouble), torch::zeros({60, 1}, torch::kDouble), {}};
  for (std::int64_t i = 0; i < 60; ++i) samples.y[i] = data.labels[static_cast<std::size_t>(i)];
  return Problem(Subnetwork(planned(layers, {2, 1, 1, true}, 1)), samples, {LossKind::logistic, 0},
                 penalty, 60);
}

constexpr const char* three_layers = "linear 4\nrelu\nlinear 3\nrelu\noutput\n";

Tensor at_zero(const Problem& problem) { return torch::zeros_like(problem.samples().y); }

Found found_at_zero(const Problem& problem) {
  return search_polar(problem, problem.loss().gradient(at_zero(problem), problem.samples()),
                      {8, 60, 60, 1, 0}, problem.subnetwork().none(torch::kDouble));
}

double objective(const Problem& problem, const Copies& copies, double lambda) {
  return problem.objective(copies, problem.outputs(copies), lambda);
}

Copies times(const Copies& copies, double factor) {
  return each_layer(copies, [&](const Tensor& layer) { return layer * factor; });
}

TEST(Growth, FindsCopiesOfPenaltyOneThatCollectWhatItSays) {
  const Problem problem = rings_problem(three_layers, LayerPenalty::product);
  const Found found = found_at_zero(problem);
  const Tensor gradient = problem.loss().gradient(at_zero(problem), problem.samples());
  const Tensor collected = -(problem.each_output(found.copies) * gradient).sum({1, 2});
  EXPECT_GT(found.collected.front(), 0);
  for (std::size_t k = 0; k < found.collected.size(); ++k) {
    EXPECT_NEAR(collected[static_cast<std::int64_t>(k)].item<double>(), found.collected[k], 1e-9);
    EXPECT_LE(found.collected[k], found.collected.front());
  }
  EXPECT_NEAR(
      problem.subnetwork().penalties(found.copies, LayerPenalty::product).max().item<double>(), 1,
      1e-12);
}

TEST(Growth, SearchComesNearTheSpectralNormOfLinearCopies) {
  // One layer without biases: the polar is sigma_1(X^T Q).
  const Problem problem = rings_problem("no-bias\noutput\n", LayerPenalty::powers);
  const Tensor direction = test::normal(60, 1, 3);
  const Found found = search_polar(problem, -direction, {4, 60, 60, 1, 0},
                                   problem.subnetwork().none(torch::kDouble));
  const double norm = problem.samples().x.t().mm(direction).norm().item<double>();
  EXPECT_LE(found.collected.front(), norm * (1 + 1e-12));
  EXPECT_GE(found.collected.front(), norm * 0.999);
}

TEST(Growth, BestScaleIsStationaryAndZeroWhereNothingIsToBeHad) {
  const Problem problem = rings_problem(three_layers, LayerPenalty::powers);
  const Found found = found_at_zero(problem);
  const Tensor m = found.outputs[0], zero = at_zero(problem);
  const double lambda = 0.2 * found.collected.front();
  const double t = best_scale(problem.loss(), problem.samples(), zero, m, lambda);
  ASSERT_GT(t, 0);
  const double slope =
      (problem.loss().gradient(zero + t * m, problem.samples()) * m).sum().item<double>() + lambda;
  EXPECT_NEAR(slope, 0, 1e-8 * found.collected.front());
  EXPECT_EQ(best_scale(problem.loss(), problem.samples(), zero, m, 1.01 * found.collected.front()),
            0);
}

TEST(Growth, AppendedCopiesLowerTheObjective) {
  const Problem problem = rings_problem(three_layers, LayerPenalty::powers);
  const Found found = found_at_zero(problem);
  const double lambda = 0.1 * found.collected.front();
  Copies copies = problem.subnetwork().none(torch::kDouble);
  const double before = objective(problem, copies, lambda);
  Tensor z = at_zero(problem);
  const auto appended = append(problem, found, lambda, 3, copies, z);
  EXPECT_GE(appended, 1);
  EXPECT_LE(appended, 3);
  EXPECT_EQ(size_of(copies), appended);
  EXPECT_LT(objective(problem, copies, lambda), before);
  EXPECT_LE((z - problem.outputs(copies)).abs().max().item<double>(), 1e-10);
  // At lambda_max there is nothing to append.
  EXPECT_EQ(append(problem, found, 1.01 * found.collected.front(), 3, copies, z = at_zero(problem)),
            0);
}

TEST(Growth, RescalingRemovesWhatDoesNotPayAndNeverRaisesTheObjective) {
  const Problem problem = rings_problem(three_layers, LayerPenalty::powers);
  const Found found = found_at_zero(problem);
  const double lambda = 0.2 * found.collected.front();
  // Turned round, a copy collects less than nothing.
  Copies copies = joined(times(selected(found.copies, torch::tensor({0})), 0.5),
                         times(selected(found.copies, torch::tensor({0})), 0.3));
  copies.back()[1] *= -1;
  const double before = objective(problem, copies, lambda);
  Tensor z = problem.outputs(copies);
  const Rescaled kept = rescale(problem, copies, lambda, z);
  EXPECT_EQ(kept.places.size(0), 1);
  EXPECT_EQ(kept.places[0].item<std::int64_t>(), 0);
  const Tensor factors = kept.factors.pow(1.0 / 3).unsqueeze(1).expand({-1, 3});
  const Copies rescaled = problem.subnetwork().scaled(selected(copies, kept.places), factors);
  EXPECT_LE(objective(problem, rescaled, lambda), before);
  EXPECT_LE((z - problem.outputs(rescaled)).abs().max().item<double>(), 1e-10);
}

/// Plain descent from copies near zero; returns the objective that it ends at.
double descended(const Problem& problem, Copies copies, double lambda) {
  for (int step = 0; step < 1000; ++step) {
    const auto gradient = problem.batch_slope(copies, problem.samples(), lambda).gradient;
    for (std::size_t k = 0; k < copies.size(); ++k) copies[k] = copies[k] - 2 * gradient[k];
  }
  return objective(problem, copies, lambda);
}

/// Weight decay has degree 2, three layers have degree 3: zero is a local minimum at any lambda,
/// and no sign of the global one. With the penalty of degree 3 every copy that collects more than
/// lambda leaves zero by descent.
TEST(Growth, OfMismatchedDegreesHasASpuriousMinimumAtZero) {
  const Problem decay = rings_problem(three_layers, LayerPenalty::decay);
  const Problem matched = rings_problem(three_layers, LayerPenalty::powers);
  const Found found = found_at_zero(decay);
  const Copies best = selected(found.copies, torch::tensor({0}));
  const double lambda = 0.05 * found.collected.front();
  const Copies none = decay.subnetwork().none(torch::kDouble);
  const double at_none = objective(decay, none, lambda);

  constexpr double nearby = 0.03;
  for (const double length : {1e-4, 1e-3, 1e-2, nearby}) {
    EXPECT_GT(objective(decay, times(best, length), lambda), at_none) << length;
    EXPECT_LT(objective(matched, times(best, length), lambda), at_none) << length;
  }
  EXPECT_NEAR(descended(decay, times(best, nearby), lambda), at_none, 1e-6 * at_none);
  // It is not the global minimum: a longer copy is better.
  Copies copies = none;
  Tensor z = at_zero(decay);
  ASSERT_GE(append_at_any_length(decay, found, lambda, 1, copies, z), 1);
  EXPECT_LT(objective(decay, copies, lambda), 0.99 * at_none);

  EXPECT_LT(descended(matched, times(best, nearby), lambda), 0.9 * at_none);
}

}  // namespace
}  // namespace hadal::deep
