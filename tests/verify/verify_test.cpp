#include "hadal/verify/verify.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "plain_fit.hpp"

namespace hadal {
namespace {

using test::Fitted;
using test::PlainOptions;

std::string failures(const verify::Report& report) {
  std::string text;
  for (const auto& check : report.checks)
    if (!check.passed)
      text += check.name + ": claimed " + std::to_string(check.claimed) + ", found " +
              std::to_string(check.found) + " (" + check.remark + ")\n";
  return text;
}

void expect_confirmed(const Fitted& fitted) {
  const verify::Report report = verify::verify_matrix(fitted.model, fitted.data);
  EXPECT_TRUE(report.confirmed) << failures(report);
  EXPECT_EQ(report.status, fitted.model.status);
  EXPECT_LE(report.found.lower_bound, report.found.objective);
}

MatrixData from_dense(const Matrix& dense) {
  return {entries_from_dense(Factor(dense)), {}, {}, "row", "column", "value", {}, {}};
}

// Soft thresholding of the singular values is the optimum of a fully observed problem.
TEST(Verify, confirms_the_closed_form_of_a_full_matrix) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  const Matrix y = Matrix::NullaryExpr(40, 25, [&] { return normal(generator); });
  const Eigen::JacobiSVD<Matrix> svd(y, Eigen::ComputeThinU | Eigen::ComputeThinV);
  Fitted fitted;
  fitted.data = from_dense(y);
  MatrixModel& model = fitted.model;
  model.lambda_max = svd.singularValues()[0];
  model.lambda = 0.5 * model.lambda_max;
  const Vector values = (svd.singularValues().array() - model.lambda).max(0);
  const Index size = (values.array() > 0).count();
  model.u = svd.matrixU().leftCols(size) * values.head(size).cwiseSqrt().asDiagonal();
  model.v = svd.matrixV().leftCols(size) * values.head(size).cwiseSqrt().asDiagonal();
  model.tolerance = 1e-9;
  test::claim(model, test::PlainProblem(fitted.data, {}), Proof::deterministic);
  ASSERT_EQ(model.status, Status::optimal);
  expect_confirmed(fitted);

  double closed_form = 0;
  for (const double s : svd.singularValues())
    closed_form +=
        s > model.lambda ? model.lambda * s - model.lambda * model.lambda / 2 : s * s / 2;
  EXPECT_NEAR(verify::verify_matrix(model, fitted.data).found.objective, closed_form,
              1e-12 * closed_form);
}

// Blocks of ones at disjoint rows and columns, observed nowhere else: the problem falls apart into
// one scalar problem per block, with singular value n of an n x n block.
TEST(Verify, confirms_the_closed_form_of_diagonal_blocks) {
  Matrix y = Matrix::Constant(9, 9, std::numeric_limits<double>::quiet_NaN());
  Fitted fitted;
  MatrixModel& model = fitted.model;
  model.lambda = 1.5;
  model.lambda_max = 4;
  model.u = Factor::Zero(9, 3);
  model.v = Factor::Zero(9, 3);
  Index at = 0, atom = 0;
  for (const Index n : {4, 3, 2}) {
    y.block(at, at, n, n).setOnes();
    const double value = static_cast<double>(n) - model.lambda;
    model.u.block(at, atom, n, 1).setConstant(std::sqrt(value / static_cast<double>(n)));
    at += n;
    ++atom;
  }
  model.v = model.u;
  model.tolerance = 1e-12;
  fitted.data = from_dense(y);
  test::claim(model, test::PlainProblem(fitted.data, {}), Proof::deterministic);
  EXPECT_NEAR(model.certificate.objective, 1.5 * (4 + 3 + 2) - 3 * 1.5 * 1.5 / 2, 1e-12);
  ASSERT_EQ(model.status, Status::optimal);
  expect_confirmed(fitted);
}

struct Case {
  const char* name;
  PlainOptions options;
  bool weighted = false;
};

class VerifyOptima : public ::testing::TestWithParam<Case> {};

TEST_P(VerifyOptima, are_confirmed) {
  const Case& given = GetParam();
  const MatrixData data = test::random_data(12, 9, 0.7, 5, given.weighted);
  const Fitted fitted = test::plain_fit(data, given.options);
  ASSERT_EQ(fitted.model.status, Status::optimal) << fitted.model.certificate.relative_gap;
  expect_confirmed(fitted);

  Fitted transposed =
      test::plain_fit(test::random_data(7, 16, 0.6, 6, given.weighted), given.options);
  ASSERT_EQ(transposed.model.status, Status::optimal);
  expect_confirmed(transposed);
}

PlainOptions with(OffsetTerms terms, OffsetPolicy policy, double alpha = 0) {
  PlainOptions options;
  options.terms = terms;
  options.policy = policy;
  options.ridge = policy == OffsetPolicy::free ? 0.1 : 0;
  options.alpha = alpha;
  options.tolerance = 1e-8;
  return options;
}

constexpr auto mean = OffsetPolicy::mean;
constexpr auto free_policy = OffsetPolicy::free;

INSTANTIATE_TEST_SUITE_P(
    Problems, VerifyOptima,
    ::testing::Values(Case{"plain", with(OffsetTerms::none, mean)},
                      Case{"weighted", with(OffsetTerms::none, mean), true},
                      Case{"counts", with(OffsetTerms::none, mean, 1)},
                      Case{"half_counts_weighted", with(OffsetTerms::global, mean, 0.5), true},
                      Case{"global_mean", with(OffsetTerms::global, mean)},
                      Case{"row_means", with(OffsetTerms::rows, mean), true},
                      Case{"column_means", with(OffsetTerms::columns, mean)},
                      Case{"both_means", with(OffsetTerms::both, mean), true},
                      Case{"free_global", with(OffsetTerms::global, free_policy)},
                      Case{"free_rows", with(OffsetTerms::rows, free_policy), true},
                      Case{"free_columns", with(OffsetTerms::columns, free_policy, 1)},
                      Case{"free_both", with(OffsetTerms::both, free_policy), true}),
    [](const auto& test_case) { return std::string(test_case.param.name); });

TEST(Verify, confirms_the_empty_model_at_lambda_max) {
  PlainOptions options;
  for (const double ratio : {1.0 + 1e-9, 1.5, 10.0}) {
    options.lambda_ratio = ratio;
    const Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), options);
    ASSERT_EQ(fitted.model.size(), 0);
    ASSERT_EQ(fitted.model.status, Status::optimal);
    expect_confirmed(fitted);
  }
}

TEST(Verify, confirms_a_model_of_zero_data) {
  Fitted fitted;
  fitted.data = from_dense(Matrix::Zero(4, 3));
  fitted.model.u = Factor(4, 0);
  fitted.model.v = Factor(3, 0);
  test::claim(fitted.model, test::PlainProblem(fitted.data, {}), Proof::deterministic);
  expect_confirmed(fitted);
}

/// The same fit in other units: data times 2^(2 shift).
Fitted in_units(Fitted fitted, int shift) {
  const double data = std::ldexp(1.0, 2 * shift), factor = std::ldexp(1.0, shift);
  const double objective = std::ldexp(1.0, 4 * shift);
  for (double& y : fitted.data.entries.value) y *= data;
  MatrixModel& model = fitted.model;
  for (double* x : {&model.lambda, &model.lambda_max, &model.certificate.polar_bound,
                    &model.train_error, &model.offset.global})
    *x *= data;
  model.u *= factor;
  model.v *= factor;
  model.offset.row *= data;
  model.offset.column *= data;
  for (double* x :
       {&model.certificate.objective, &model.certificate.lower_bound, &model.certificate.gap})
    *x *= objective;
  return fitted;
}

TEST(Verify, is_indifferent_to_the_magnitude_of_the_data) {
  PlainOptions options;
  options.terms = OffsetTerms::both;
  const Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), options);
  const double gap = verify::verify_matrix(fitted.model, fitted.data).found.relative_gap;
  for (const int shift : {-240, -100, 100, 240}) {  // data of 1e-144 .. 1e144
    const Fitted scaled = in_units(fitted, shift);
    const verify::Report report = verify::verify_matrix(scaled.model, scaled.data);
    EXPECT_TRUE(report.confirmed) << "2^" << 2 * shift << "\n" << failures(report);
    EXPECT_NEAR(report.found.relative_gap, gap, 1e-11);
  }
}

TEST(Verify, tells_bounded_from_optimal) {
  PlainOptions options;
  options.iterations = 12;
  for (const Proof proof : {Proof::deterministic, Proof::probabilistic}) {
    const Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), options, proof);
    ASSERT_EQ(fitted.model.status, Status::bounded);
    expect_confirmed(fitted);
  }
}

TEST(Verify, confirms_figures_without_a_proof_and_says_so) {
  const Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), {}, Proof::none);
  ASSERT_EQ(fitted.model.status, Status::unproven);
  const verify::Report report = verify::verify_matrix(fitted.model, fitted.data);
  EXPECT_TRUE(report.confirmed) << failures(report);
  EXPECT_EQ(report.status, Status::optimal) << "a proof of this size is cheap to make";
  const auto proof = std::find_if(report.checks.begin(), report.checks.end(),
                                  [](const auto& check) { return check.name == "proof"; });
  ASSERT_NE(proof, report.checks.end());
  EXPECT_THAT(proof->remark, ::testing::HasSubstr("no proof"));
}

TEST(Verify, draws_its_own_probabilistic_bound_on_a_larger_matrix) {
  // Order 1200: above the size where a Cholesky is the cheaper way.
  Fitted fitted;
  const Index n = 1200;
  Entries& entries = fitted.data.entries;
  entries.rows = entries.columns = n;
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  for (Index i = 0; i < n; ++i) {
    entries.row.push_back(static_cast<std::int32_t>(i));
    entries.column.push_back(static_cast<std::int32_t>(i));
    entries.value.push_back(i == 0 ? 10 : i == 1 ? 8 : std::clamp(normal(generator), -3.0, 3.0));
  }
  MatrixModel& model = fitted.model;
  model.lambda = 4;
  model.lambda_max = 10;
  model.u = Factor::Zero(n, 2);
  model.u(0, 0) = std::sqrt(6.0);
  model.u(1, 1) = 2;
  model.v = model.u;
  Certificate& claim = model.certificate;
  double tail = 0;
  for (std::size_t i = 2; i < entries.value.size(); ++i)
    tail += entries.value[i] * entries.value[i] / 2;
  claim.objective = 16 + tail + 4 * 10;
  claim.lower_bound = claim.objective;
  claim.polar_bound = 4;
  claim.dual_scale = 1;
  claim.proof = Proof::probabilistic;
  claim.failure_probability = 1e-12;
  model.status = Status::optimal;
  model.train_error = std::sqrt((2 * 16 + 2 * tail) / static_cast<double>(n));
  const verify::Report report = verify::verify_matrix(model, fitted.data);
  EXPECT_TRUE(report.confirmed) << failures(report);
  EXPECT_EQ(report.found.proof, Proof::probabilistic);
  EXPECT_GE(report.found.polar_bound, 4);

  // One more singular value above lambda, outside of the model's spaces: not optimal any more.
  Fitted missed = fitted;
  missed.data.entries.value[7] = 4.2;
  const double change = (4.2 * 4.2 - std::pow(fitted.data.entries.value[7], 2)) / 2;
  missed.model.certificate.objective += change;
  missed.model.certificate.lower_bound += change;
  const verify::Report refused = verify::verify_matrix(missed.model, missed.data);
  EXPECT_FALSE(refused.confirmed);
  EXPECT_GE(refused.found.polar_bound, 4.2 * (1 - 1e-12));
}

TEST(Verify, finds_rows_and_columns_by_label) {
  PlainOptions options;
  options.terms = OffsetTerms::rows;
  Fitted fitted = test::plain_fit(test::random_data(5, 4, 0.9, 5), options);
  fitted.model.row_labels = {"a", "b", "c", "d", "e"};
  fitted.model.column_labels = {"w", "x", "y", "z"};
  fitted.data.row_labels = {"e", "b", "c", "d", "a"};
  fitted.data.column_labels = fitted.model.column_labels;
  Entries& entries = fitted.data.entries;
  for (std::int32_t& i : entries.row) i = i == 0 ? 4 : i == 4 ? 0 : i;
  canonicalise(entries);
  expect_confirmed(fitted);

  fitted.data.row_labels[0] = "f";
  EXPECT_THROW(verify::verify_matrix(fitted.model, fitted.data), ModelError);
}

TEST(Verify, refuses_data_of_another_shape) {
  const Fitted fitted = test::plain_fit(test::random_data(5, 4, 0.9, 5), {});
  EXPECT_THROW(verify::verify_matrix(fitted.model, test::random_data(5, 3, 0.9, 5)), ModelError);
  EXPECT_THROW(verify::verify_matrix(fitted.model, test::random_data(6, 4, 0.9, 5)), ModelError);
}

}  // namespace
}  // namespace hadal
