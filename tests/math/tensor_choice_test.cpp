#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "hadal/descent/tensor_proximal.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/tensor_fit.hpp"
#include "hadal/loss/squared.hpp"
#include "math/tensor_support.hpp"

namespace hadal {
namespace {

/// Non-negative components with noise, some entries missing.
TensorData planted(const std::vector<Index>& shape, Index rank, unsigned seed) {
  test::Random random(seed);
  std::vector<Factor> truth = test::random_factors(shape, rank, random);
  for (Factor& factor : truth) factor = factor.cwiseAbs();
  const Vector y = test::dense_tensor(truth) + 0.05 * random.vector(test::product_of(shape));
  TensorData data;
  data.entries = test::sampled_tensor(shape, y, 0.9, random);
  return data;
}

TensorFitOptions cross_validated() {
  TensorFitOptions options;
  FactorNorm norm;
  norm.nonnegative = true;
  options.norms = {norm};
  options.lambda.folds = 3;
  options.refit = TensorRefitChoice::factors;
  options.proof = ProofChoice::none;
  options.threads = 1;
  return options;
}

/// The largest difference of two models' products, of the first's norm.
double difference(const std::vector<Factor>& a, const std::vector<Factor>& b) {
  const Vector x = test::dense_tensor(a);
  return (x - test::dense_tensor(b)).norm() / x.norm();
}

TEST(TensorChoice, OfLambdaIsTheSameWhateverTheSeed) {
  const TensorData data = planted({12, 10, 8}, 3, 10);
  TensorFitOptions options = cross_validated();
  const TensorModel first = fit_tensor(data, options);
  EXPECT_EQ(first.size(), 3);
  EXPECT_TRUE(std::isfinite(first.validation_error));
  for (const std::uint64_t seed : {1, 2, 3}) {
    options.seed = seed;
    const TensorModel other = fit_tensor(data, options);
    EXPECT_NEAR(other.lambda, first.lambda, 1e-9 * first.lambda) << "seed " << seed;
    ASSERT_EQ(other.size(), first.size());
    EXPECT_LT(difference(first.refit->factors, other.refit->factors), 1e-5);
  }
}

/// Two atoms that are one, split by chance and drifted apart a little, are of a little lower F than
/// their sum in one before that has settled.
TEST(TensorChoice, AComponentThatWasSplitIsOneAgain) {
  test::Random random(2);
  const std::vector<Index> shape{9, 8, 7};
  std::vector<Factor> truth = test::random_factors(shape, 3, random);
  for (Factor& factor : truth) factor = factor.cwiseAbs();
  const Vector y = test::dense_tensor(truth) + 0.05 * random.vector(test::product_of(shape));
  const TensorPattern pattern(test::full_tensor(shape, y));
  FactorNorm norm;
  norm.nonnegative = true;
  const TensorFamily family(pattern, std::vector<FactorNorm>(3, norm));
  const SquaredLoss loss(y);
  const auto descend = [&](TensorAtoms& atoms, double reduction) {
    DescentGoal goal;
    goal.reduction = reduction;
    TensorProximal().descend(loss, family, 0.05 * y.norm(), atoms, {family.empty(), {}}, goal);
  };
  TensorAtoms atoms{truth};
  descend(atoms, 1e-9);
  ASSERT_EQ(atoms.size(), 3);
  for (Factor& factor : atoms.factors) {
    Factor split(factor.rows(), 4);
    split << std::cbrt(0.6) * factor.col(0), std::cbrt(0.4) * factor.col(0), factor.rightCols(2);
    split.col(1) += 1e-3 * split.col(1).norm() * random.vector(factor.rows()).cwiseAbs();
    factor = split;
  }
  descend(atoms, 1e-4);
  EXPECT_EQ(atoms.size(), 3);
}

TEST(TensorChoice, ResumingAFitGivesTheSameModel) {
  const TensorData data = planted({9, 8, 7}, 3, 3);
  const auto file = std::filesystem::temp_directory_path() / "hadal_tensor_choice_test.checkpoint";
  TensorFitOptions options = cross_validated();
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.lambda.value = 0.02;
  const TensorModel whole = fit_tensor(data, options);
  ASSERT_GT(whole.iterations, 2);
  options.checkpoint = file;
  options.iteration_max = 2;
  EXPECT_EQ(fit_tensor(data, options).stop, StopReason::iteration_limit);
  options.resume = file;
  options.iteration_max = 1000;
  const TensorModel resumed = fit_tensor(data, options);
  EXPECT_EQ(resumed.iterations, whole.iterations);
  ASSERT_EQ(resumed.size(), whole.size());
  for (std::size_t m = 0; m < 3; ++m) EXPECT_EQ(resumed.factors[m], whole.factors[m]);
  options.seed = 5;
  EXPECT_THROW(fit_tensor(data, options), ArgumentError);
  options.seed = 0;
  EXPECT_THROW(fit_tensor(planted({9, 8, 7}, 3, 4), options), ArgumentError);
  std::filesystem::remove(file);
}

TEST(TensorChoice, ResumingAChoiceOfLambdaGivesTheSameModel) {
  const TensorData data = planted({9, 8, 7}, 2, 5);
  const auto file = std::filesystem::temp_directory_path() / "hadal_tensor_choice_cv.checkpoint";
  TensorFitOptions options = cross_validated();
  int told = 0;
  const TensorModel whole =
      fit_tensor(data, options, [&](const FitProgress&) { return ++told > 0; });
  options.checkpoint = file;
  int left = told / 2;
  const TensorModel stopped =
      fit_tensor(data, options, [&](const FitProgress&) { return --left > 0; });
  EXPECT_EQ(stopped.stop, StopReason::interrupted);
  options.resume = file;
  int again = 0;
  const TensorModel resumed =
      fit_tensor(data, options, [&](const FitProgress&) { return ++again > 0; });
  EXPECT_LT(again, told - 2) << "all was done again";
  EXPECT_EQ(resumed.lambda, whole.lambda);
  EXPECT_EQ(resumed.validation_error, whole.validation_error);
  ASSERT_EQ(resumed.path.size(), whole.path.size());
  for (std::size_t m = 0; m < 3; ++m) EXPECT_EQ(resumed.factors[m], whole.factors[m]);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace hadal
