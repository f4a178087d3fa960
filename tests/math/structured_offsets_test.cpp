#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "hadal/fit/matrix_fit.hpp"
#include "hadal/verify/verify.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

constexpr double ridge = 0.5;

struct Case {
  const char *norm_u, *norm_v;
  bool nonnegative;
  OffsetTerms terms;
};

class StructuredOffsets : public testing::TestWithParam<Case> {
 protected:
  StructuredOffsets() {
    test::Random random(1);
    const Matrix right = random.matrix(2, 11).cwiseMax(0), left = random.matrix(14, 2).cwiseMax(0);
    const Matrix parts = left * right;
    const Matrix shift = random.vector(14) * Matrix::Ones(1, 11);
    data.entries = test::sampled_entries(
        (parts + shift + 0.1 * random.matrix(14, 11)).array() + 3.0, 0.7, random);
    options = test::plain_options(0.3);
    options.tolerance = 1e-6;
    options.norm_u = norm_of(GetParam().norm_u, 14);
    options.norm_v = norm_of(GetParam().norm_v, 11);
    options.offset = GetParam().terms;
    options.offset_policy = OffsetPolicy::free;
    options.offset_ridge = ridge;
  }

  FactorNorm norm_of(const char* text, Index length) const {
    FactorNorm norm = parse_norm(text);
    norm.nonnegative = GetParam().nonnegative;
    if (norm.tv > 0) norm.graph = lattice(GraphKind::chain, {length, 1, 1});
    return norm;
  }

  MatrixData data;
  MatrixFitOptions options;
};

double offset_at(const Offset& offset, Index i, Index j) {
  return offset.global + (offset.row.size() ? offset.row[i] : 0) +
         (offset.column.size() ? offset.column[j] : 0);
}

double ridge_term(const Offset& offset) {
  return ridge / 2 *
         (offset.global * offset.global + offset.row.squaredNorm() + offset.column.squaredNorm());
}

/// The same entries less these offsets.
MatrixData without(const MatrixData& data, const Offset& offset) {
  MatrixData rest;
  rest.entries = data.entries;
  Entries& entries = rest.entries;
  for (std::size_t k = 0; k < entries.value.size(); ++k)
    entries.value[k] -= offset_at(offset, entries.row[k], entries.column[k]);
  return rest;
}

/// The largest |B^T R - ridge b|: where it vanishes, b is optimal for the atoms at hand.
double stationarity(const MatrixModel& model, const MatrixData& data) {
  const Matrix x = test::low_rank(model);
  const Entries rest = without(data, model.offset).entries;
  double all = -ridge * model.offset.global;
  Vector row = -ridge * model.offset.row, column = -ridge * model.offset.column;
  for (std::size_t k = 0; k < rest.value.size(); ++k) {
    const double residual = rest.value[k] - x(rest.row[k], rest.column[k]);
    all += residual;
    if (row.size()) row[rest.row[k]] += residual;
    if (column.size()) column[rest.column[k]] += residual;
  }
  return std::max({std::abs(all), row.size() ? row.cwiseAbs().maxCoeff() : 0,
                   column.size() ? column.cwiseAbs().maxCoeff() : 0});
}

TEST_P(StructuredOffsets, AreOptimalTogetherWithTheParts) {
  const MatrixModel model = fit_matrix(data, options);
  ASSERT_GT(model.size(), 0);
  EXPECT_LT(stationarity(model, data), 1e-9);
  EXPECT_TRUE(verify::verify_matrix(model, data, {}).confirmed);

  MatrixFitOptions fixed = options;
  fixed.lambda = {LambdaChoice::Kind::absolute, model.lambda, 0, false};
  fixed.offset = OffsetTerms::none;
  const Certificate best = fit_matrix(without(data, model.offset), fixed).certificate;
  const double offsets = ridge_term(model.offset);
  EXPECT_NEAR(model.certificate.objective, best.objective + offsets, 1e-5 * best.objective);
  EXPECT_LE(model.certificate.lower_bound, best.objective + offsets);
}

TEST_P(StructuredOffsets, BeatMeans) {
  const MatrixModel model = fit_matrix(data, options);
  MatrixFitOptions means = options;
  means.lambda = {LambdaChoice::Kind::absolute, model.lambda, 0, false};
  means.offset_policy = OffsetPolicy::mean;
  const MatrixModel other = fit_matrix(data, means);
  EXPECT_LT(model.certificate.objective, other.certificate.objective + ridge_term(other.offset));
}

TEST_P(StructuredOffsets, AreRidgeRegressionFromLambdaMaxOn) {
  options.lambda.value = 1;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_LT(stationarity(model, data), 1e-9);
  EXPECT_TRUE(verify::verify_matrix(model, data, {}).confirmed);
}

INSTANTIATE_TEST_SUITE_P(Norms, StructuredOffsets,
                         testing::Values(Case{"l2", "l2", true, OffsetTerms::both},
                                         Case{"l2", "l1 + l2", false, OffsetTerms::rows},
                                         Case{"l2", "l1 + l2", true, OffsetTerms::columns},
                                         Case{"l2", "l2 + 0.3*tv(chain)", false, OffsetTerms::both},
                                         Case{"0.2*l1 + l2", "0.2*l1 + l2", true,
                                              OffsetTerms::global}));

}  // namespace
}  // namespace hadal
