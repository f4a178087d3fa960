#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "math/network_support.hpp"

/// Claims about networks that look true and are not.
namespace hadal {
namespace {

/// Whether the checker refuses, by a check or because the data do not fit the model.
bool refused(const NetworkModel& model, const SampleData& data) {
  try {
    return !verify::verify_network(model, data).confirmed;
  } catch (const ModelError&) {
    return true;
  }
}

TEST(NetworkTraps, OtherDataOfTheSameShapeAreNoticed) {
  const SampleData data = test::rings(60, 3, 2);
  const NetworkModel model = fit_network(data, test::at_ratio(0.2, "relu", 1e-3));
  ASSERT_FALSE(refused(model, data));
  const std::vector<std::pair<std::string, std::function<void(SampleData&)>>> changes{
      {"classes in another order", [](SampleData& d) { std::swap(d.classes[0], d.classes[1]); }},
      {"a class that is none", [](SampleData& d) { d.labels[3] = 7; }},
      {"no labels", [](SampleData& d) { d.labels.clear(); }},
      {"a label too few", [](SampleData& d) { d.labels.pop_back(); }},
      {"a negative weight",
       [](SampleData& d) {
         d.weight = Vector::Ones(60);
         d.weight[3] = -1;
       }},
      {"a weight too few", [](SampleData& d) { d.weight = Vector::Ones(59); }},
      {"inputs of other names",
       [](SampleData& d) { std::swap(d.encoding.columns[0], d.encoding.columns[1]); }}};
  for (const auto& [what, change] : changes) {
    SampleData changed = data;
    change(changed);
    EXPECT_TRUE(refused(model, changed)) << what;
  }
}

TEST(NetworkTraps, OneSampleMoreOrLessThatIsToldApartIsNoticed) {
  for (const int classes : {2, 3}) {
    const SampleData data = test::rings(60, classes, 2);
    const NetworkModel model = fit_network(data, test::at_ratio(0.2, "relu", 1e-3));
    ASSERT_FALSE(refused(model, data));
    for (const double change : {-1.0 / 60, 1.0 / 60}) {
      NetworkModel changed = model;
      changed.train_accuracy += change;
      EXPECT_TRUE(refused(changed, data)) << classes << " " << change;
    }
  }
}

/// Of no units every class is as probable, and the first one is taken.
TEST(NetworkTraps, TheAccuracyOfNoUnitsIsThatOfTheFirstClass) {
  for (const int classes : {2, 3}) {
    const SampleData data = test::rings(60, classes, 2);
    NetworkModel model = fit_network(data, test::at_ratio(1, "relu", 1e-3));
    ASSERT_EQ(model.size(), 0);
    EXPECT_FALSE(refused(model, data));
    model.train_accuracy = 1;
    EXPECT_TRUE(refused(model, data));
  }
}

/// A network without units, of data that are then multiplied by `scale`, with the claim that no
/// unit gains anything: made at half the lambda from which on that would be true.
NetworkModel empty_claim(SampleData& data, double scale) {
  NetworkFitOptions options = test::at_ratio(1);
  options.bias = options.standardise = false;
  NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.size(), 0);
  data.inputs *= scale;
  model.lambda *= 0.5 * scale;
  model.lambda_max *= scale;
  model.trace.clear();
  Certificate& claim = model.certificate;
  claim.lower_bound = claim.objective;
  claim.gap = claim.relative_gap = 0;
  claim.dual_scale = 1;
  claim.polar_bound = model.lambda;
  return model;
}

void expect_not_believed(NetworkModel model, const SampleData& data, double scale) {
  for (const double lambda_max : {model.lambda_max, 0.0}) {
    model.lambda_max = lambda_max;
    EXPECT_TRUE(refused(model, data)) << scale << " " << lambda_max;
    EXPECT_GT(verify::verify_network(model, data).found.relative_gap, 0.1) << scale;
  }
}

/// Where squares of the inputs vanish, so would a careless bound on what units collect.
TEST(NetworkTraps, InputsWhoseSquaresVanishStillCount) {
  for (const double scale : {1.0, 0x1p-300, 0x1p-520, 0x1p-565, 0x1p300, 0x1p530}) {
    SampleData data = test::surface(40, 2, 1, 5);
    const NetworkModel model = empty_claim(data, scale);
    expect_not_believed(model, data, scale);
  }
}

/// A sample that is predicted exactly, and collects nothing however large it is, beside which the
/// others are as good as zero.
TEST(NetworkTraps, InputsThatVanishBesideALargerOneStillCount) {
  SampleData data = test::surface(9, 2, 1, 5);
  for (Index i = 0; i < 8; i += 2) data.targets(i + 1, 0) = -data.targets(i, 0);
  data.targets(8, 0) = 0;
  constexpr double scale = 0x1p-565, large = 0x1p600;
  const NetworkModel model = empty_claim(data, scale);
  ASSERT_EQ(model.offset[0], 0);
  data.inputs.row(8).setConstant(large);
  expect_not_believed(model, data, scale);
}

}  // namespace
}  // namespace hadal
