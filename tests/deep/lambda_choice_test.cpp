#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "../../src/fit/sample_folds.hpp"
#include "deep_support.hpp"
#include "hadal/model/deep_checkpoint.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/solve/cross_validation.hpp"
#include "hadal/verify/verify.hpp"

namespace hadal {
namespace {

using test::quick;

DeepFitOptions by_folds(int folds) {
  DeepFitOptions options = quick("mlp:4");
  options.lambda = {LambdaChoice::Kind::cross_validated, 0, folds, false};
  return options;
}

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

TEST(DeepLambdaChoice, IsOfTheFoldsTrainedOnTheirOwn) {
  const SampleData data = test::rings(60);
  const DeepModel chosen = fit_deep_network(data, by_folds(3));
  ASSERT_GE(chosen.path.size(), 3u);
  std::vector<SampleFold> folds = sample_folds(data, 3, by_folds(3).seed);
  double least = std::numeric_limits<double>::infinity();
  for (const PathPoint& point : chosen.path) {
    DeepFitOptions options = by_folds(3);
    options.lambda = {LambdaChoice::Kind::ratio, point.lambda / chosen.lambda_max, 0, false};
    double error = 0;
    for (const SampleFold& fold : folds)
      error += deep::error_on(fold.held_out, fit_deep_network(fold.train, options)).error / 3;
    EXPECT_NEAR(point.validation_error, error, 1e-6 * error);
    least = std::min(least, error);
  }
  EXPECT_NEAR(chosen.validation_error, least, 2e-5 * least);
  const auto at = std::find_if(chosen.path.begin(), chosen.path.end(),
                               [&](const PathPoint& p) { return p.lambda == chosen.lambda; });
  ASSERT_NE(at, chosen.path.end());
  EXPECT_EQ(at->validation_error, chosen.validation_error);
  EXPECT_GT(chosen.validation_accuracy, 0.6);
}

TEST(DeepLambdaChoice, TrainsAllSamplesAtTheRatioOfTheFolds) {
  const SampleData data = test::rings(60);
  DeepModel chosen = fit_deep_network(data, by_folds(3));
  DeepFitOptions options = by_folds(3);
  options.lambda = {LambdaChoice::Kind::ratio, chosen.lambda / chosen.lambda_max, 0, false};
  const DeepModel given = fit_deep_network(data, options);
  EXPECT_EQ(chosen.certificate.objective, given.certificate.objective);
  EXPECT_TRUE(given.path.empty());
  EXPECT_TRUE(verify::verify_deep(chosen, data).confirmed);
  save_model(scratch("deep_chosen.h5"), chosen);
  EXPECT_EQ(load_deep_model(scratch("deep_chosen.h5")).path.size(), chosen.path.size());
  chosen.validation_accuracy = 7;
  EXPECT_FALSE(verify::verify_deep(chosen, data).confirmed);
}

TEST(DeepLambdaChoice, GoesOnFromItsCheckpointWithoutTrainingAgain) {
  const SampleData data = test::rings(60);
  DeepFitOptions options = by_folds(2);
  int of_all = 0;
  const DeepModel whole = fit_deep_network(data, options, [&](const FitProgress& at) {
    of_all += at.steps > 1;
    return true;
  });
  ASSERT_GT(of_all, 60);
  options.checkpoint = scratch("deep_choice.checkpoint");
  int before = 0;
  fit_deep_network(data, options, [&](const FitProgress&) { return ++before < 50; });
  options.resume = options.checkpoint;
  int after = 0;
  const DeepModel resumed = fit_deep_network(data, options, [&](const FitProgress& at) {
    after += at.steps > 1;
    return true;
  });
  EXPECT_LE(after, of_all - 48);  // four trainings of twelve epochs each were done before
  EXPECT_EQ(resumed.lambda, whole.lambda);
  EXPECT_EQ(resumed.certificate.objective, whole.certificate.objective);
  EXPECT_EQ(resumed.validation_accuracy, whole.validation_accuracy);
  int again = 0;
  fit_deep_network(data, options, [&](const FitProgress&) { return ++again > 0; });
  EXPECT_EQ(again, 0);  // what is finished is read back
}

TEST(DeepLambdaChoice, OfFoldsSideBySideIsTheSame) {
  DeepFitOptions options = by_folds(3);
  const DeepModel one = fit_deep_network(test::rings(60), options);
  options.threads = 3;
  options.checkpoint = scratch("deep_side_by_side.checkpoint");
  const DeepModel three = fit_deep_network(test::rings(60), options);
  ASSERT_EQ(three.path.size(), one.path.size());
  for (std::size_t k = 0; k < one.path.size(); ++k)
    EXPECT_NEAR(three.path[k].validation_error, one.path[k].validation_error, 1e-6);
  EXPECT_EQ(load_deep_checkpoint(options.checkpoint).choice.size(), 3 * one.path.size());
}

TEST(DeepLambdaChoice, EndsWhereItIsInterrupted) {
  DeepFitOptions options = by_folds(3);
  options.checkpoint = scratch("deep_interrupted.checkpoint");
  const DeepModel model = fit_deep_network(test::rings(60), options, [](const FitProgress& at) {
    return at.steps == 1 || at.step < 3 || at.iteration.iteration < 3;
  });
  EXPECT_EQ(model.path.size(), 1u);
  EXPECT_EQ(model.stop, StopReason::interrupted);
  // The last training was at no final lambda, and none goes on from it.
  EXPECT_EQ(load_deep_checkpoint(options.checkpoint).epoch, 0);
  options.resume = options.checkpoint;
  const DeepModel resumed = fit_deep_network(test::rings(60), options);
  const DeepModel whole = fit_deep_network(test::rings(60), by_folds(3));
  EXPECT_EQ(resumed.lambda, whole.lambda);
  EXPECT_EQ(resumed.certificate.objective, whole.certificate.objective);
}

TEST(DeepLambdaChoice, EndsAtTheTimeLimit) {
  DeepFitOptions options = by_folds(3);
  options.time_limit = 1e-3;
  EXPECT_EQ(fit_deep_network(test::rings(60), options).stop, StopReason::time_limit);
}

}  // namespace
}  // namespace hadal
