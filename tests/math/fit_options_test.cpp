#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>

#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "math/support.hpp"
#include "memory_limit.hpp"

namespace hadal {
namespace {

MatrixData planted(unsigned seed, double noise = 0.1) {
  test::Random random(seed);
  const Matrix full = random.matrix(40, 3) * random.matrix(3, 30) + noise * random.matrix(40, 30);
  MatrixData data;
  data.entries = test::sampled_entries(full, 0.6, random);
  return data;
}

TEST(FitOptions, RefusesWhatIsOutOfRange) {
  const MatrixData data = planted(1);
  const std::vector<std::function<void(MatrixFitOptions&)>> mistakes = {
      [](auto& o) { o.lambda.value = 0; },
      [](auto& o) { o.lambda.value = 1.5; },
      [](auto& o) {
        o.lambda = {LambdaChoice::Kind::absolute, -1, 5, false};
      },
      [](auto& o) {
        o.lambda = {LambdaChoice::Kind::cross_validated, 0, 1, false};
      },
      [](auto& o) { o.tolerance = 0; },
      [](auto& o) { o.failure_probability = 1; },
      [](auto& o) { o.norm_alpha = 1.1; },
      [](auto& o) { o.offset_policy = OffsetPolicy::free, o.offset_ridge = 0; },
      [](auto& o) { o.iteration_max = 0; },
      [](auto& o) { o.time_limit = -1; },
      [](auto& o) { o.time_limit = std::numeric_limits<double>::quiet_NaN(); },
      [](auto& o) { o.size_max = -1; },
      [](auto& o) { o.threads = -1; }};
  for (const auto& mistake : mistakes) {
    MatrixFitOptions options = test::plain_options(0.2);
    mistake(options);
    EXPECT_THROW(fit_matrix(data, options), ArgumentError);
  }
}

/// Three entries are little; factors of so many rows and columns are not.
TEST(FitOptions, FactorsThatDoNotFitIntoMemoryAreRefused) {
  MatrixData data;
  data.entries.rows = data.entries.columns = 20'000;
  data.entries.row = {0, 7, 19'999};
  data.entries.column = {19'999, 7, 0};
  data.entries.value = {1, 2, 3};
  const MatrixFitOptions options = test::plain_options(0.2);
  {
    const test::MemoryLimit limit(std::uint64_t{8} << 20);
    try {
      fit_matrix(data, options);
      ADD_FAILURE() << "was not refused";
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("20000 x 20000 matrix with 3 observed entries"));
      EXPECT_THAT(error.what(), testing::HasSubstr("bytes of memory"));
    }
    EXPECT_THROW(fit_matrix_path(data, {0.5, 0.2}, options), DataError);
  }
  EXPECT_EQ(fit_matrix(data, options).status, Status::optimal);
}

TEST(FitOptions, SameSeedGivesTheSameBitsOtherSeedsTheSameObjective) {
  const MatrixData data = planted(2);
  MatrixFitOptions options = test::plain_options(0.2);
  options.threads = 1;
  const MatrixModel a = fit_matrix(data, options), b = fit_matrix(data, options);
  EXPECT_EQ(a.u, b.u);
  EXPECT_EQ(a.v, b.v);
  EXPECT_EQ(a.certificate.lower_bound, b.certificate.lower_bound);
  options.threads = 2;
  const MatrixModel c = fit_matrix(data, options);
  options.seed = 77;
  const MatrixModel d = fit_matrix(data, options);
  for (const MatrixModel* other : {&c, &d}) {
    EXPECT_NEAR(other->certificate.objective / a.certificate.objective, 1, 1e-6);
    EXPECT_EQ(other->size(), a.size());
  }
}

TEST(FitOptions, ResumingGivesTheSameObjective) {
  const MatrixData data = planted(3);
  const auto file = std::filesystem::temp_directory_path() / "hadal_fit_options_test.checkpoint";
  MatrixFitOptions options = test::plain_options(0.05);
  options.threads = 1;
  const MatrixModel whole = fit_matrix(data, options);
  options.checkpoint = file;
  options.iteration_max = 2;
  EXPECT_NE(fit_matrix(data, options).status, Status::optimal);
  options.resume = file;
  options.iteration_max = 1000;
  const MatrixModel resumed = fit_matrix(data, options);
  EXPECT_NEAR(resumed.certificate.objective / whole.certificate.objective, 1, 1e-12);
  options.seed = 5;
  EXPECT_THROW(fit_matrix(data, options), ArgumentError);
  std::filesystem::remove(file);
}

TEST(FitPath, EveryPointIsTheOptimumOfItsLambda) {
  const MatrixData data = planted(6);
  MatrixFitOptions options = test::plain_options(1);
  int steps = 0;
  const std::vector<MatrixModel> path =
      fit_matrix_path(data, {0.1, 0.5, 0.2}, options, [&](const FitProgress& progress) {
        steps = progress.steps;
        return true;
      });
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(steps, 3);
  const std::vector<double> ratios = {0.5, 0.2, 0.1};
  for (std::size_t k = 0; k < path.size(); ++k) {
    options.lambda.value = ratios[k];
    const MatrixModel alone = fit_matrix(data, options);
    EXPECT_EQ(path[k].status, Status::optimal);
    EXPECT_NEAR(path[k].lambda / alone.lambda, 1, 1e-12);
    EXPECT_NEAR(path[k].certificate.objective / alone.certificate.objective, 1, 2e-6);
    EXPECT_EQ(path[k].size(), alone.size());
  }
}

TEST(FitPath, RefusesWhatBelongsToASingleFit) {
  const MatrixData data = planted(6);
  MatrixFitOptions options = test::plain_options(1);
  EXPECT_THROW(fit_matrix_path(data, {}, options), ArgumentError);
  EXPECT_THROW(fit_matrix_path(data, {0.5, 0.0}, options), ArgumentError);
  options.checkpoint = "state.h5";
  EXPECT_THROW(fit_matrix_path(data, {0.5}, options), ArgumentError);
  options.checkpoint.clear();
  options.refit = RefitChoice::automatic;
  EXPECT_THROW(fit_matrix_path(data, {0.5}, options), ArgumentError);
}

TEST(FitOptions, CrossValidationFindsThePlantedRankAndRefitPredictsBetter) {
  const MatrixData data = planted(4);
  MatrixFitOptions options;
  options.offset = OffsetTerms::none;
  const MatrixModel plain = fit_matrix(data, options);
  EXPECT_GE(plain.size(), 3);
  EXPECT_LE(plain.size(), 20);
  EXPECT_EQ(plain.status, Status::optimal);
  options.refit = RefitChoice::automatic;
  options.lambda = {LambdaChoice::Kind::ratio, 0.3, 5, false};
  const MatrixModel refitted = fit_matrix(data, options);
  options.refit = RefitChoice::none;
  EXPECT_EQ(refitted.u, fit_matrix(data, options).u);
  ASSERT_TRUE(refitted.refit.has_value());
  EXPECT_LT(refitted.refit->validation_error, refitted.train_error);
}

TEST(FitOptions, RefitOfNoisePromisesNothing) {
  // What is held out must not leak into its own prediction: noise cannot be predicted.
  test::Random random(6);
  MatrixData data;
  data.entries = test::sampled_entries(random.matrix(60, 50), 0.7, random);
  MatrixFitOptions options = test::plain_options(0.05);
  options.refit = RefitChoice::automatic;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_LT(model.train_error, 0.3);
  if (model.refit) {
    EXPECT_GT(model.refit->validation_error, 0.9);
  }
}

TEST(HeldOut, PartsAreRandomAndOfNearlyEqualSize) {
  std::vector<Index> group(1003);
  std::iota(group.begin(), group.end(), 0);
  const std::vector<int> part = random_parts(group, 5, 3);
  for (int k = 0; k < 5; ++k) {
    const auto count = std::count(part.begin(), part.end(), k);
    EXPECT_TRUE(count == 200 || count == 201) << count;
  }
  EXPECT_EQ(part, random_parts(group, 5, 3));
  EXPECT_NE(part, random_parts(group, 5, 4));
  EXPECT_FALSE(std::is_sorted(part.begin(), part.end()));
}

TEST(HeldOut, ChannelsOfAPixelStayTogether) {
  test::Random random(7);
  MatrixData data;
  data.entries = test::sampled_entries(random.matrix(4, 15), 0.6, random);  // 4 x 5 pixels
  EXPECT_EQ(held_out_together(data).back(), data.entries.size() - 1);
  data.picture = PictureShape{4, 5, 3, 8};
  const std::vector<Index> group = held_out_together(data);
  const std::vector<int> part = random_parts(group, 3, 1);
  for (Index a = 0; a < data.entries.size(); ++a) {
    for (Index b = 0; b < data.entries.size(); ++b) {
      const bool same = data.entries.row[a] == data.entries.row[b] &&
                        data.entries.column[a] % 5 == data.entries.column[b] % 5;
      EXPECT_EQ(group[a] == group[b], same);
      if (same) {
        EXPECT_EQ(part[a], part[b]);
      }
    }
  }
}

}  // namespace
}  // namespace hadal
