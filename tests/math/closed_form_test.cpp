#include <gtest/gtest.h>

#include <numeric>

#include "hadal/data/entries.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/verify/verify.hpp"
#include "math/support.hpp"

// Problems whose answer is known in closed form, through its symmetries or its optimality
// conditions.
namespace hadal {
namespace {

using test::dense_singular_values;
using test::low_rank;
using test::plain_options;
using test::Random;

double relative_distance(const Matrix& a, const Matrix& b) { return (a - b).norm() / b.norm(); }

MatrixData sparse_data(unsigned seed, bool weighted) {
  Random random(seed);
  const Matrix full = random.matrix(14, 3) * random.matrix(3, 11) + 0.2 * random.matrix(14, 11);
  MatrixData data;
  data.entries = test::sampled_entries(full, 0.6, random);
  if (weighted)
    for (Index k = 0; k < data.entries.size(); ++k)
      data.entries.weight.push_back(random.uniform(0.5, 3));
  return data;
}

/// D_r R D_c at the model, R = w .* (y - prediction), densely and from the model's fields alone.
Matrix scaled_residual(const Entries& entries, const MatrixModel& model) {
  Matrix q = Matrix::Zero(entries.rows, entries.columns);
  const Matrix x = low_rank(model);
  for (Index k = 0; k < entries.size(); ++k) {
    const Index i = entries.row[k], j = entries.column[k];
    const double w = entries.weight.empty() ? 1 : entries.weight[k];
    const double scale = model.norm.at(i, j);
    q(i, j) = scale * w * (entries.value[k] - model.offset.at(i, j) - scale * x(i, j));
  }
  return q;
}

/// U^T Q V = lambda I on the model's spaces and sigma_1(Q) <= lambda: sufficient for optimality.
void expect_optimality_conditions(const Entries& entries, const MatrixModel& model) {
  const Matrix q = scaled_residual(entries, model);
  const Index r = model.size();
  ASSERT_GT(r, 0);
  const Matrix u = model.u.colwise().normalized(), v = model.v.colwise().normalized();
  EXPECT_LT((u.transpose() * q * v / model.lambda - Matrix::Identity(r, r)).norm(), 1e-5);
  EXPECT_LT((q * v / model.lambda - u).norm(), 1e-4);
  EXPECT_LT((q.transpose() * u / model.lambda - v).norm(), 1e-4);
  EXPECT_LE(dense_singular_values(q)[0], model.lambda * (1 + 1e-6));
}

TEST(ClosedForm, FullyObservedIsTheSoftThresholdedSingularValueDecomposition) {
  Random random(1);
  for (const auto& [rows, columns] : {std::pair{20, 13}, {9, 30}, {1, 7}, {6, 1}}) {
    const Matrix y = random.matrix(rows, columns);
    MatrixFitOptions options = plain_options(0.4);
    options.tolerance = 1e-12;
    const MatrixModel model = fit_matrix(test::dense_data(y), options);
    EXPECT_NEAR(model.lambda_max, dense_singular_values(y)[0], 1e-12 * y.norm());
    EXPECT_LT(relative_distance(low_rank(model), test::soft_thresholded(y, model.lambda)), 1e-8);
    const Vector shrunk = (dense_singular_values(y).array() - model.lambda).max(0.0);
    EXPECT_EQ(model.size(), (shrunk.array() > 0).count());
    EXPECT_NEAR(model.certificate.objective,
                (y - low_rank(model)).squaredNorm() / 2 + model.lambda * shrunk.sum(),
                1e-10 * model.certificate.objective);
  }
}

TEST(ClosedForm, FromLambdaMaxOnTheAnswerIsZero) {
  for (const bool weighted : {false, true}) {
    const MatrixData data = sparse_data(2, weighted);
    for (const double alpha : {0.0, 0.7}) {
      MatrixFitOptions options = plain_options(0.5);
      options.norm_alpha = alpha;
      const double lambda_max = fit_matrix(data, options).lambda_max;
      for (const double factor : {1.0 + 1e-9, 1.5, 1e6}) {
        options.lambda = {LambdaChoice::Kind::absolute, factor * lambda_max, 5, false};
        const MatrixModel model = fit_matrix(data, options);
        EXPECT_EQ(model.size(), 0);
        EXPECT_EQ(model.status, Status::optimal);
        EXPECT_EQ(model.u.rows(), 14);
        EXPECT_EQ(model.v.rows(), 11);
      }
      options.lambda.value = 0.99 * lambda_max;
      EXPECT_GT(fit_matrix(data, options).size(), 0);
    }
  }
}

TEST(ClosedForm, TransposedDataGiveTheTransposedAnswer) {
  const MatrixData data = sparse_data(3, true);
  MatrixData transposed;
  transposed.entries = data.entries;
  std::swap(transposed.entries.rows, transposed.entries.columns);
  std::swap(transposed.entries.row, transposed.entries.column);
  canonicalise(transposed.entries);
  MatrixFitOptions options = plain_options(0.2);
  options.norm_alpha = 0.5;
  options.tolerance = 1e-11;
  const MatrixModel a = fit_matrix(data, options), b = fit_matrix(transposed, options);
  EXPECT_NEAR(a.certificate.objective, b.certificate.objective, 1e-10 * a.certificate.objective);
  EXPECT_LT(relative_distance(low_rank(a), low_rank(b).transpose()), 1e-4);
  EXPECT_EQ(a.size(), b.size());
}

TEST(ClosedForm, PermutedDataGiveThePermutedAnswer) {
  const MatrixData data = sparse_data(4, false);
  std::vector<std::int32_t> to(14);
  std::iota(to.begin(), to.end(), 0);
  std::rotate(to.begin(), to.begin() + 5, to.end());
  MatrixData permuted = data;
  for (std::int32_t& i : permuted.entries.row) i = to[i];
  canonicalise(permuted.entries);
  MatrixFitOptions options = plain_options(0.2);
  options.tolerance = 1e-11;
  const MatrixModel a = fit_matrix(data, options), b = fit_matrix(permuted, options);
  EXPECT_NEAR(a.certificate.objective, b.certificate.objective, 1e-10 * a.certificate.objective);
  const Matrix xa = low_rank(a), xb = low_rank(b);
  for (Index i = 0; i < 14; ++i) EXPECT_LT((xa.row(i) - xb.row(to[i])).norm(), 1e-4 * xa.norm());
}

TEST(ClosedForm, ScaledDataGiveTheScaledAnswerAtTheScaledLambda) {
  const MatrixData data = sparse_data(5, false);
  MatrixFitOptions options = plain_options(0.2);
  options.lambda = {LambdaChoice::Kind::absolute, 1.3, 5, false};
  const MatrixModel a = fit_matrix(data, options);
  for (const double factor : {3.0, 1e-140, 1e140}) {
    MatrixData scaled = data;
    for (double& y : scaled.entries.value) y *= factor;
    options.lambda.value = 1.3 * factor;
    const MatrixModel b = fit_matrix(scaled, options);
    EXPECT_EQ(b.status, Status::optimal);
    EXPECT_LT(relative_distance(low_rank(b) / factor, low_rank(a)), 1e-4) << factor;
    EXPECT_NEAR(b.certificate.objective / factor / factor / a.certificate.objective, 1, 2e-6);
  }
}

TEST(ClosedForm, WeightedNormMeetsItsOptimalityConditions) {
  for (const double alpha : {0.0, 0.5, 1.0}) {
    for (const bool weighted : {false, true}) {
      const MatrixData data = sparse_data(6, weighted);
      MatrixFitOptions options = plain_options(0.15);
      options.norm_alpha = alpha;
      options.tolerance = 1e-12;
      expect_optimality_conditions(data.entries, fit_matrix(data, options));
    }
  }
}

TEST(ClosedForm, FreeOffsetsMeetTheirOptimalityConditions) {
  for (const OffsetTerms terms :
       {OffsetTerms::global, OffsetTerms::rows, OffsetTerms::columns, OffsetTerms::both}) {
    const MatrixData data = sparse_data(7, true);
    MatrixFitOptions options = plain_options(0.15);
    options.offset = terms;
    options.offset_policy = OffsetPolicy::free;
    options.offset_ridge = 0.3;
    options.tolerance = 1e-12;
    const MatrixModel model = fit_matrix(data, options);
    expect_optimality_conditions(data.entries, model);
    // ridge b = B^T R: the gradient with respect to every offset vanishes.
    const Matrix r = scaled_residual(data.entries, model);
    const double size = r.cwiseAbs().sum();
    EXPECT_NEAR(0.3 * model.offset.global, r.sum(), 1e-9 * size);
    const bool rows = terms == OffsetTerms::rows || terms == OffsetTerms::both;
    const bool columns = terms == OffsetTerms::columns || terms == OffsetTerms::both;
    ASSERT_EQ(model.offset.row.size(), rows ? 14 : 0);
    ASSERT_EQ(model.offset.column.size(), columns ? 11 : 0);
    const Vector row_sums = r.rowwise().sum(), column_sums = r.colwise().sum();
    if (rows) {
      EXPECT_LT((0.3 * model.offset.row - row_sums).norm(), 1e-9 * size);
    }
    if (columns) {
      EXPECT_LT((0.3 * model.offset.column - column_sums).norm(), 1e-9 * size);
    }
  }
}

TEST(ClosedForm, AWeightCountsLikeRepeatedEntries) {
  // Every value repeated twice with weight 1 is the same loss as once with weight 2.
  MatrixData twice = sparse_data(8, false);
  MatrixData heavy = twice;
  heavy.entries.weight.assign(heavy.entries.value.size(), 2);
  MatrixFitOptions options = plain_options(0);
  options.tolerance = 1e-11;
  options.lambda = {LambdaChoice::Kind::absolute, 1.0, 5, false};
  const MatrixModel single = fit_matrix(twice, options);
  options.lambda.value = 2.0;
  const MatrixModel weighted = fit_matrix(heavy, options);
  EXPECT_NEAR(weighted.certificate.objective, 2 * single.certificate.objective, 1e-9);
  EXPECT_LT(relative_distance(low_rank(weighted), low_rank(single)), 1e-4);

  Entries repeated = twice.entries;
  for (Index k = 0; k < twice.entries.size(); ++k) {
    repeated.row.push_back(twice.entries.row[k]);
    repeated.column.push_back(twice.entries.column[k]);
    repeated.value.push_back(twice.entries.value[k]);
  }
  canonicalise(repeated, Duplicates::mean);
  twice.entries = repeated;
  const MatrixModel merged = fit_matrix(twice, options);
  EXPECT_NEAR(merged.certificate.objective, weighted.certificate.objective, 1e-9);
}

TEST(ClosedForm, OffsetsFarLargerThanWhatTheyLeaveAreStillChecked) {
  test::Random random(12);
  const Matrix spread = random.matrix(30, 2) * random.matrix(2, 20);
  for (const double mean : {1e2, 1e5, 1e8, 1e11}) {
    MatrixData data;
    data.entries = test::sampled_entries(spread.array() + mean, 0.6, random);
    for (const OffsetTerms terms : {OffsetTerms::global, OffsetTerms::both}) {
      MatrixFitOptions options = test::plain_options(0.2);
      options.offset = terms;
      const MatrixModel model = fit_matrix(data, options);
      EXPECT_EQ(model.status, Status::optimal) << mean;
      EXPECT_GT(model.size(), 0);
      const verify::Report report = verify::verify_matrix(model, data);
      for (const verify::Check& check : report.checks) {
        EXPECT_TRUE(check.passed) << mean << ' ' << check.name << ' ' << check.claimed << ' '
                                  << check.found;
      }
    }
  }
}

TEST(ClosedForm, AGapIsRelativeAlsoWhereTheObjectiveIsTiny) {
  test::Random random(13);
  MatrixFitOptions options = test::plain_options(0.1);
  options.iteration_max = 2;
  MatrixData data;
  data.entries = test::sampled_entries(random.matrix(30, 20), 0.6, random);
  const double gap = fit_matrix(data, options).certificate.relative_gap;
  ASSERT_GT(gap, 0.01);
  for (double& value : data.entries.value) value *= 1e-152;
  const MatrixModel tiny = fit_matrix(data, options);
  EXPECT_NEAR(tiny.certificate.relative_gap, gap, 1e-6);
  EXPECT_EQ(tiny.status, Status::bounded);
  EXPECT_EQ(verify::verify_matrix(tiny, data).status, Status::bounded);
  for (double& value : data.entries.value) value *= 1e-10;
  EXPECT_THROW(fit_matrix(data, options), DataError);
}

TEST(ClosedForm, DataThatOffsetsExplainLeaveNothingToFit) {
  test::Random random(11);
  const Vector a = random.vector(30), b = random.vector(20);
  const Matrix alike = Matrix::Constant(30, 20, 3.7), rows = a.replicate(1, 20),
               both = rows + b.transpose().replicate(30, 1);
  const std::vector<std::pair<Matrix, OffsetTerms>> cases = {{alike, OffsetTerms::global},
                                                             {rows, OffsetTerms::rows},
                                                             {alike, OffsetTerms::both},
                                                             {both, OffsetTerms::both}};
  for (const auto& [full, terms] : cases) {
    for (const auto kind : {LambdaChoice::Kind::ratio, LambdaChoice::Kind::cross_validated}) {
      MatrixData data;
      data.entries = test::sampled_entries(full, 0.5, random);
      MatrixFitOptions options = test::plain_options(0.2);
      options.lambda.kind = kind;
      options.offset = terms;
      const MatrixModel model = fit_matrix(data, options);
      EXPECT_EQ(model.status, Status::optimal);
      EXPECT_EQ(model.size(), 0);
      EXPECT_EQ(model.certificate.objective, 0);
      const verify::Report report = verify::verify_matrix(model, data);
      EXPECT_TRUE(report.confirmed);
      EXPECT_EQ(report.status, Status::optimal);
      // The model is not waved through: other data do not have this answer.
      data.entries.value[7] += 1e-6;
      EXPECT_FALSE(verify::verify_matrix(model, data).confirmed);
    }
  }
}

}  // namespace
}  // namespace hadal
