#include <gmock/gmock.h>

#include <cmath>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/matrix_problem.hpp"
#include "math/changed_claims.hpp"
#include "math/support.hpp"

// Ways in which certificates have been false elsewhere, one test each.
namespace hadal {
namespace {

/// The model of exactly these factors with the certificate that the loop gives them: one outer
/// iteration looks at its start and changes nothing.
MatrixModel model_at(const Factor& u, const Factor& v, const MatrixData& data,
                     const MatrixFitOptions& options) {
  const MatrixProblem problem(data.entries, options);
  const double unit = std::sqrt(problem.data_unit());
  SolveOptions solve = solve_options(options, problem.space());
  solve.iteration_max = 1;
  MatrixModel model;
  model.lambda = options.lambda.kind == LambdaChoice::Kind::ratio
                     ? problem.lambda_at(options.lambda.value)
                     : options.lambda.value;
  const auto result =
      problem.solve(model.lambda, problem.start_from({u / unit, v / unit}), solve, {}, {});
  problem.describe(result.atoms, model);
  model.certificate = result.certificate;
  model.tolerance = options.tolerance;
  model.status = status_of(model.certificate, model.tolerance);
  model.stop = result.stop;
  model.trace = result.trace;
  model.validation_error = std::numeric_limits<double>::quiet_NaN();
  return model;
}

/// Some pairs of singular vectors of Y, shrunk as they are at the optimum.
std::pair<Factor, Factor> shrunk_pairs(const Matrix& y, double lambda, Index first, Index count) {
  const Eigen::JacobiSVD<Matrix> svd(y, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector root = (svd.singularValues().segment(first, count).array() - lambda).sqrt();
  return {Factor(svd.matrixU().middleCols(first, count) * root.asDiagonal()),
          Factor(svd.matrixV().middleCols(first, count) * root.asDiagonal())};
}

/// A vanishing gradient certifies nothing: every set of singular pairs is a stationary point, and
/// only the set of all that exceed lambda is the optimum.
TEST(FalseCertificates, AStationaryPointIsNotCalledOptimal) {
  constexpr double lambda = 2;
  // The pair left out collects far more than lambda, little more, and hardly more.
  for (const double left_out : {40.0, 2.5, 2.002}) {
    test::Random random(1);
    Vector sigma(12);
    sigma << 10, 8, 6, 5, left_out, Vector::LinSpaced(7, 1.9, 0.1);
    std::sort(sigma.data(), sigma.data() + sigma.size(), std::greater<>());
    const Matrix y = random.with_singular_values(30, 20, sigma);
    const bool at_the_top = left_out > 10;
    const auto [u, v] = shrunk_pairs(y, lambda, at_the_top ? 1 : 0, 4);
    const Matrix residual = y - u * v.transpose();
    ASSERT_LT((residual * v - lambda * u).norm(), 1e-12 * y.norm());
    ASSERT_LT((residual.transpose() * u - lambda * v).norm(), 1e-12 * y.norm());
    for (const ProofChoice proof : {ProofChoice::deterministic, ProofChoice::probabilistic}) {
      MatrixFitOptions options = test::plain_options(1);
      options.lambda = {LambdaChoice::Kind::absolute, lambda, 5, false};
      options.proof = proof;
      const MatrixData data = test::dense_data(y);
      MatrixModel model = model_at(u, v, data, options);
      EXPECT_EQ(model.status, Status::bounded) << left_out;
      const double excess = std::pow(left_out - lambda, 2) / 2;  // what the missing pair would save
      EXPECT_GE(model.certificate.gap, excess);
      EXPECT_TRUE(test::confirmed(model, data)) << "an honest claim";

      test::forge_optimum(model);
      const verify::Report report = verify::verify_matrix(model, data);
      EXPECT_FALSE(report.confirmed) << left_out;
      EXPECT_EQ(report.status, Status::bounded);
      EXPECT_GE(report.found.gap, excess);
    }
  }
}

/// A slack in a test of definiteness that does not shrink with the data lets everything pass once
/// the data are small enough.
TEST(FalseCertificates, NoSlackIsAbsolute) {
  test::Random random(2);
  const Matrix y = random.with_singular_values(25, 20, Vector::LinSpaced(20, 1, 0.05));
  for (const double scale : {1e-130, 1e-12, 1e-6, 1e-3, 1.0, 1e9}) {
    const Entries entries = entries_from_dense(Factor(scale * y));
    const Vector values = Eigen::Map<const Vector>(entries.value.data(), entries.size());
    const PolarBound bound = verified_spectral_bound(ObservedPattern(entries), values,
                                                     scale * (1 - 1e-6), 1e-9, scale / 2);
    EXPECT_GE(bound.value, scale * (1 - 1e-14)) << scale;
    for (const ProofChoice proof : {ProofChoice::deterministic, ProofChoice::probabilistic}) {
      MatrixFitOptions options = test::plain_options(1 - 2e-3);  // the gap: 4e-6
      options.proof = proof;
      const MatrixData data = test::dense_data(scale * y);
      const MatrixModel zero = model_at(Factor(25, 0), Factor(20, 0), data, options);
      EXPECT_EQ(zero.status, Status::bounded) << scale;
      EXPECT_GE(zero.certificate.polar_bound, scale * (1 - 1e-9)) << scale;
      EXPECT_TRUE(test::confirmed(zero, data)) << scale;
      MatrixModel forged = zero;
      test::forge_optimum(forged);
      EXPECT_FALSE(test::confirmed(forged, data)) << scale;
    }
  }
}

/// That nothing can be had is a claim like any other: it holds from lambda_max on, not just below.
TEST(FalseCertificates, NothingIsTheAnswerFromLambdaMaxOnOnly) {
  test::Random random(3);
  MatrixData data;
  data.entries = test::sampled_entries(random.matrix(30, 25), 0.5, random);
  for (const ProofChoice proof : {ProofChoice::deterministic, ProofChoice::probabilistic}) {
    for (const double ratio : {1.0, 1 - 1e-3}) {
      MatrixFitOptions options = test::plain_options(ratio);
      options.proof = proof;
      const MatrixModel zero = model_at(Factor(30, 0), Factor(25, 0), data, options);
      EXPECT_EQ(zero.status, ratio == 1 ? Status::optimal : Status::bounded);
      EXPECT_TRUE(test::confirmed(zero, data));
    }
  }
}

/// What a search has reached bounds the polar from the wrong side. Where it has not settled, the
/// bound is well above it, and a bound that starts from it is not misled.
TEST(FalseCertificates, TheValueOfASearchIsNoBound) {
  constexpr Index n = 300;  // spread as Lanczos likes least, crowded at the top
  const Vector sigma =
      Vector::NullaryExpr(n, [](Index k) { return 0.5 + 0.5 * std::cos(M_PI * double(k) / n); });
  test::Random random(4);
  const Matrix q = random.orthonormal(n, n) * sigma.asDiagonal() * random.orthonormal(n, n);
  const Entries entries = entries_from_dense(Factor(q));
  const ObservedPattern pattern(entries);
  const Vector values = Eigen::Map<const Vector>(entries.value.data(), entries.size());
  PolarRequest request;
  request.lambda = 0.5;
  request.proof = Proof::probabilistic;
  const SplitResult found =
      split_spectral_search(pattern, values, Factor(n, 0), Factor(n, 0), request);
  EXPECT_LT(found.value, 1 - 1e-4) << "the search is to end before it has settled";
  EXPECT_GE(found.bound.value, 1);
  for (const double estimate : {found.value, 0.5, 1e-3}) {
    const PolarBound verified =
        verified_spectral_bound(pattern, values, found.value, 1e-9, estimate);
    EXPECT_GE(verified.value, 1 - 1e-15) << estimate;
  }
}

/// A figure has the unit it is said to have: data in cents instead of euros multiply errors and
/// lambda by 100, objective and gap by its square, and leave relative gap, size and status alone.
TEST(FalseCertificates, FiguresFollowTheUnitsOfTheData) {
  test::Random random(5);
  MatrixData euros;
  euros.entries = test::sampled_entries(
      random.matrix(30, 3) * random.matrix(3, 25) + 0.1 * random.matrix(30, 25), 0.6, random);
  MatrixData cents = euros;
  for (double& value : cents.entries.value) value *= 100;
  MatrixFitOptions options = test::plain_options(0.2);
  options.tolerance = 1e-3;  // so that there is a gap to compare
  options.threads = 1;
  const MatrixModel a = fit_matrix(euros, options), b = fit_matrix(cents, options);
  const Certificate &of_euros = a.certificate, &of_cents = b.certificate;
  ASSERT_GT(of_euros.relative_gap, 1e-9);
  EXPECT_NEAR(of_cents.objective / of_euros.objective, 1e4, 1e-3);
  EXPECT_NEAR(of_cents.gap / of_euros.gap, 1e4, 1);
  EXPECT_NEAR(of_cents.relative_gap / of_euros.relative_gap, 1, 1e-4);
  EXPECT_NEAR(of_cents.polar_bound / of_euros.polar_bound, 100, 1e-4);
  EXPECT_NEAR(b.lambda / a.lambda, 100, 1e-9);
  EXPECT_NEAR(b.train_error / a.train_error, 100, 1e-5);
  EXPECT_EQ(a.size(), b.size());
  EXPECT_EQ(a.status, b.status);
}

/// Figures go to the caller, not to a terminal that may not be there.
TEST(FalseCertificates, TheLibraryPrintsNothing) {
  test::Random random(6);
  const MatrixData data = test::dense_data(random.matrix(20, 15));
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const MatrixModel model = fit_matrix(data, test::plain_options(0.3));
  verify::verify_matrix(model, data);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace hadal
