#include "../../src/deep/adam.hpp"

#include <gtest/gtest.h>

#include "deep_support.hpp"

namespace hadal::deep {
namespace {

using torch::Tensor;

constexpr double rate = 0.01;

Copies copies_of_sizes(std::int64_t count, std::uint64_t seed) {
  return {test::normal(count, 7, seed), test::normal(count, 3, seed + 1)};
}

/// The gradient that step `time` is given.
Copies gradient_at(std::int64_t count, std::uint64_t time) {
  return copies_of_sizes(count, 100 + 10 * time);
}

/// LibTorch's own Adam on the same gradients, from `begin` up to but not `end`.
Copies stepped_by_torch(const Copies& copies, std::uint64_t begin, std::uint64_t end) {
  Copies parameters =
      each_layer(copies, [](const Tensor& layer) { return layer.clone().requires_grad_(true); });
  torch::optim::Adam adam(parameters, torch::optim::AdamOptions(rate));
  for (std::uint64_t time = begin; time < end; ++time) {
    const Copies gradient = gradient_at(size_of(copies), time);
    for (std::size_t k = 0; k < copies.size(); ++k) parameters[k].mutable_grad() = gradient[k];
    adam.step();
  }
  return each_layer(parameters, [](const Tensor& layer) { return layer.detach(); });
}

void expect_near(const Copies& copies, const Copies& others) {
  for (std::size_t k = 0; k < copies.size(); ++k)
    EXPECT_LE((copies[k] - others[k]).abs().max().item<double>(), 1e-12) << "layer " << k;
}

TEST(Adam, StepsAsThatOfLibTorch) {
  const Copies start = copies_of_sizes(2, 1);
  Copies copies = each_layer(start, [](const Tensor& layer) { return layer.clone(); });
  Adam adam(copies);
  for (std::uint64_t time = 0; time < 20; ++time) adam.step(copies, gradient_at(2, time), rate);
  expect_near(copies, stepped_by_torch(start, 0, 20));
}

TEST(Adam, CountsTheStepsOfEveryCopyByItself) {
  Copies copies = copies_of_sizes(1, 1);
  Adam adam(copies);
  for (std::uint64_t time = 0; time < 5; ++time) adam.step(copies, gradient_at(1, time), rate);
  const Copies added = copies_of_sizes(2, 3);
  copies = joined(copies, added);
  adam.append(copies);
  const Tensor of_added = torch::tensor({1, 2}, torch::kLong);
  for (std::uint64_t time = 5; time < 10; ++time) {
    const Copies gradient = gradient_at(2, time);
    adam.step(
        copies,
        joined(each_layer(gradient, [](const Tensor& layer) { return layer.narrow(0, 0, 1); }),
               gradient),
        rate);
  }
  expect_near(selected(copies, of_added), stepped_by_torch(added, 5, 10));
  adam.select(of_added);
  EXPECT_EQ(adam.steps.min().item<double>(), 5);
  EXPECT_EQ(adam.steps.max().item<double>(), 5);
}

}  // namespace
}  // namespace hadal::deep
