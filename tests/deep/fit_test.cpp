#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include "deep_support.hpp"
#include "hadal/error.hpp"
#include "hadal/model/deep_checkpoint.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/verify/verify.hpp"

namespace hadal {
namespace {

using test::quick;
using testing::HasSubstr;

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

double objective_at_zero(const DeepModel& model, const SampleData& data) {
  return static_cast<double>(data.samples()) * std::log(static_cast<double>(model.classes.size()));
}

void expect_same(const DeepModel& a, const DeepModel& b) {
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (std::size_t k = 0; k < a.weights.size(); ++k) EXPECT_EQ(a.weights[k], b.weights[k]);
  EXPECT_EQ(a.certificate.objective, b.certificate.objective);
}

TEST(DeepFit, GrowsFromNothingAndLearnsRings) {
  const SampleData data = test::rings(120);
  DeepFitOptions options = quick("mlp:8,8");
  options.epochs = 60;
  const DeepModel model = fit_deep_network(data, options);
  EXPECT_GT(model.size(), 0);
  EXPECT_GT(model.train_accuracy, 0.95);
  EXPECT_LT(model.certificate.objective, 0.6 * objective_at_zero(model, data));
  EXPECT_EQ(model.trace.size(), 60u);
  EXPECT_EQ(model.stop, StopReason::exhausted);
}

TEST(DeepFit, ProvesNothingAndSaysSo) {
  const DeepModel model = fit_deep_network(test::rings(40), quick("mlp:4"));
  EXPECT_EQ(model.certificate.proof, Proof::none);
  EXPECT_EQ(model.status, Status::unproven);
  EXPECT_EQ(model.certificate.lower_bound, -std::numeric_limits<double>::infinity());
  EXPECT_THAT(model.certificate.method, HasSubstr("no bound"));
}

TEST(DeepFit, IsCheckedWithoutLibTorch) {
  const SampleData data = test::rings(50);
  DeepFitOptions options = quick("mlp:4,3");
  options.validation = 0.2;
  DeepModel model = fit_deep_network(data, options);
  EXPECT_EQ(model.held.size(), 10u);
  const verify::Report report = verify::verify_deep(model, data);
  for (const verify::Check& check : report.checks) EXPECT_TRUE(check.passed) << check.name;
  EXPECT_TRUE(report.confirmed);
  EXPECT_EQ(report.found.proof, Proof::none);
  ASSERT_GT(model.size(), 0);
  model.weights[0](0, 0) += 0.1F;
  EXPECT_FALSE(verify::verify_deep(model, data).confirmed);
}

TEST(DeepFit, PredictsValuesInAnyUnit) {
  DeepFitOptions options = quick("mlp:6");
  options.epochs = 60;
  options.lambda.value = 0.001;
  const DeepModel one = fit_deep_network(test::regression(100), options);
  const DeepModel large = fit_deep_network(test::regression(100, 1024), options);
  EXPECT_LT(one.train_error, 0.3);  // the targets' own deviation is 0.85
  EXPECT_NEAR(large.train_error, 1024 * one.train_error, 1e-3 * 1024);
  EXPECT_NEAR(large.lambda_max, 1024 * one.lambda_max, 1e-5 * large.lambda_max);
  EXPECT_TRUE(verify::verify_deep(large, test::regression(100, 1024)).confirmed);
}

TEST(DeepFit, AtLambdaMaxIsZero) {
  DeepFitOptions options = quick("mlp:4,4");
  options.lambda.value = 1;
  const DeepModel model = fit_deep_network(test::rings(40), options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_EQ(model.lambda, model.lambda_max);
  EXPECT_NO_THROW(save_model(scratch("deep_zero.h5"), model));
  EXPECT_EQ(load_deep_model(scratch("deep_zero.h5")).size(), 0);
}

TEST(DeepFit, IsTheSameAgain) {
  expect_same(fit_deep_network(test::rings(60), quick("mlp:5,4")),
              fit_deep_network(test::rings(60), quick("mlp:5,4")));
}

TEST(DeepFit, GoesOnFromACheckpointToTheSameModel) {
  const SampleData data = test::rings(60);
  DeepFitOptions options = quick("mlp:5,4");
  options.validation = 0.25;
  const DeepModel whole = fit_deep_network(data, options);
  options.checkpoint = scratch("deep.checkpoint");
  fit_deep_network(data, options, [](const FitProgress& at) { return at.iteration.iteration < 6; });
  options.resume = options.checkpoint;
  const DeepModel resumed = fit_deep_network(data, options);
  expect_same(resumed, whole);
  EXPECT_EQ(resumed.trace.size(), whole.trace.size());
  options.seed = 6;
  EXPECT_THAT(refusal([&] { fit_deep_network(data, options); }), HasSubstr("another problem"));
}

TEST(DeepFit, StopsAtItsLimits) {
  DeepFitOptions options = quick("mlp:5");
  options.size_max = 1;
  options.lambda.value = 0.001;
  const DeepModel narrow = fit_deep_network(test::rings(60), options);
  EXPECT_EQ(narrow.size(), 1);
  EXPECT_EQ(narrow.stop, StopReason::size_limit);
  options.size_max = 0;
  options.epochs = 1'000'000;
  options.time_limit = 0.5;
  EXPECT_EQ(fit_deep_network(test::rings(60), options).stop, StopReason::time_limit);
  options.time_limit = 0;
  options.validation = 0.3;
  options.patience = 2;
  options.checkpoint = scratch("early.checkpoint");
  const DeepModel early = fit_deep_network(test::rings(60), options);
  EXPECT_EQ(early.stop, StopReason::exhausted);
  EXPECT_LT(early.iterations, 10000);
  // What stopped stays stopped.
  options.resume = options.checkpoint;
  const DeepModel resumed = fit_deep_network(test::rings(60), options);
  expect_same(resumed, early);
  EXPECT_EQ(resumed.iterations, early.iterations);
}

TEST(DeepFit, StopsInTheMiddleOfAnEpochWhenAskedTo) {
  DeepFitOptions options = quick("mlp:5");
  options.cancelled = [] { return true; };
  const DeepModel model = fit_deep_network(test::rings(60), options);
  EXPECT_EQ(model.stop, StopReason::interrupted);
  EXPECT_EQ(model.iterations, 0);
}

// Wherever lambda is below lambda_max there is something to find: what gave lambda_max.
TEST(DeepFit, BelowLambdaMaxIsNotZero) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    DeepFitOptions options = quick("mlp:4,4");
    options.seed = seed;
    options.lambda.value = 0.97;
    options.epochs = 2;
    options.learning_rate = 1e-5;
    EXPECT_GT(fit_deep_network(test::rings(40), options).size(), 0) << seed;
  }
}

TEST(DeepFit, RefusesMismatchedDegreesUnlessAskedFor) {
  DeepFitOptions options = quick("mlp:5,4");
  options.penalty = LayerPenalty::decay;
  EXPECT_THAT(refusal([&] { fit_deep_network(test::rings(40), options); }),
              AllOf(HasSubstr("penalty has degree 2"), HasSubstr("subnetwork has degree 3")));
  options.mismatched = true;
  EXPECT_GT(fit_deep_network(test::rings(40), options).size(), 0);
}

TEST(DeepFit, RefusesWhatDoesNotFit) {
  const SampleData data = test::rings(40);
  DeepFitOptions options = quick("convnet:2");
  EXPECT_THAT(refusal([&] { fit_deep_network(data, options); }), HasSubstr("was given 2"));
  options = quick("mlp:3");
  options.epochs = 0;
  EXPECT_THAT(refusal([&] { fit_deep_network(data, options); }), HasSubstr("epochs = 0"));
  options = quick("mlp:3");
  options.loss = LossKind::poisson;
  EXPECT_THAT(refusal([&] { fit_deep_network(data, options); }), HasSubstr("poisson"));
}

TEST(DeepFit, ThatDivergesIsNoModel) {
  DeepFitOptions options = quick("mlp:6");
  // ReLU would be off for good after such a step.
  options.architecture = Architecture::from_text("linear 6\nabs\noutput\n", "net");
  options.lambda.value = 0.002;
  options.learning_rate = 1e9;
  EXPECT_THAT(refusal([&] { fit_deep_network(test::rings(40), options); }),
              HasSubstr("training diverged"));
}

TEST(DeepFit, OfAlexNetsGrowsTrainsAndGoesOn) {
  SampleData data = test::rings(2);
  data.picture = SamplePicture{227, 227, 3};
  data.inputs = deep::factor_of(test::normal(2, 3 * 227 * 227, 3)).cwiseAbs();
  data.encoding.columns.assign(static_cast<std::size_t>(data.inputs.cols()), {});
  for (std::size_t k = 0; k < data.encoding.columns.size(); ++k)
    data.encoding.columns[k].name = std::to_string(k);
  DeepFitOptions options = quick("alexnet:32");
  options.epochs = 3;
  options.learning_rate = 1e-4;
  options.growth = 2;
  options.growth_interval = 1;
  options.starts = 2;
  const DeepModel whole = fit_deep_network(data, options);
  EXPECT_EQ(plan_of(whole).degree(), 8);
  EXPECT_GE(whole.size(), 2);
  EXPECT_LT(whole.certificate.objective, objective_at_zero(whole, data));
  EXPECT_TRUE(verify::verify_deep(whole, data).confirmed);
  options.checkpoint = scratch("alexnet.checkpoint");
  fit_deep_network(data, options, [](const FitProgress& at) { return at.iteration.iteration < 1; });
  EXPECT_EQ(load_deep_checkpoint(options.checkpoint).epoch, 1);
  options.resume = options.checkpoint;
  expect_same(fit_deep_network(data, options), whole);
}

}  // namespace
}  // namespace hadal
