#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/fit/streamed_problem.hpp"
#include "hadal/verify/verify.hpp"
#include "streamed_support.hpp"

namespace hadal {
namespace {

using test::FactorRows;
using testing::HasSubstr;

Factor random_matrix(Index rows, Index columns, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  return Factor::NullaryExpr(rows, columns, [&](Index, Index) { return normal(generator); });
}

/// Non-negative parts of which each row and column has few, and noise.
Factor parts(Index rows, Index columns, Index count, double noise, std::uint64_t seed) {
  const Factor u = (random_matrix(rows, count, seed).array() - 0.5).cwiseMax(0);
  const Factor v = (random_matrix(columns, count, seed + 1).array() - 0.8).cwiseMax(0);
  return 3 * u * v.transpose() + noise * random_matrix(rows, columns, seed + 2);
}

MatrixFitOptions options_of(const std::string& norm_u, const std::string& norm_v,
                            bool nonnegative) {
  MatrixFitOptions options;
  options.norm_u = parse_norm(norm_u);
  options.norm_v = parse_norm(norm_v);
  options.norm_u.nonnegative = options.norm_v.nonnegative = nonnegative;
  options.lambda = {LambdaChoice::Kind::ratio, 0.5, 0, false};
  options.tolerance = 1e-9;
  options.threads = 2;
  return options;
}

MatrixData as_entries(const Factor& matrix) {
  MatrixData data;
  data.entries = entries_from_dense(matrix);
  return data;
}

TEST(CentredRows, ProductsAreThoseOfTheCentredMatrixHoweverItIsDivided) {
  const Factor data = random_matrix(300, 8000, 1);
  FactorRows rows(data);
  ASSERT_GT(data.rows(), 2 * rows_at_once(rows)) << "more than two blocks are the point";
  Offset offset;
  offset.terms = OffsetTerms::both;
  offset.global = 0.5;
  offset.row = random_matrix(300, 1, 2);
  offset.column = random_matrix(8000, 1, 3);
  const CentredRows centred(rows, offset, 4);
  Factor y = data.array() - 0.5;
  y.colwise() -= offset.row;
  y.rowwise() -= offset.column.transpose();
  y /= 4;

  const Factor u = random_matrix(300, 3, 4), v = random_matrix(8000, 3, 5);
  EXPECT_LT((centred.times(v) - y * v).norm(), 1e-12 * (y * v).norm());
  EXPECT_LT((centred.transposed_times(u) - y.transpose() * u).norm(), 1e-12 * y.norm() * u.norm());
  EXPECT_LT((centred.row(137) - y.row(137).transpose()).norm(), 1e-13);

  const Matrix gram = y * y.transpose();
  const auto going_on = [](double) { return true; };
  for (const Index held : {Index{8000 * 1000}, Index{8000 * 140}, Index{8000 * 7}}) {
    const Matrix found = centred.gram(going_on, held);
    const Matrix difference = (found - gram).triangularView<Eigen::Lower>();
    EXPECT_LT(difference.norm(), 1e-12 * gram.norm()) << held;
  }

  const Factor residual = y - u * v.transpose();
  const ResidualSums sums = centred.residual_sums(u, v);
  EXPECT_NEAR(static_cast<double>(sums.square), residual.squaredNorm(),
              1e-12 * residual.squaredNorm());
  EXPECT_NEAR(static_cast<double>(sums.product), residual.cwiseProduct(y).sum(),
              1e-12 * residual.norm() * y.norm());
  EXPECT_NEAR(sums.largest, residual.cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((sums.row_positive - residual.cwiseMax(0).rowwise().squaredNorm()).norm(), 1e-8);
  EXPECT_LT((sums.row_negative - residual.cwiseMin(0).rowwise().squaredNorm()).norm(), 1e-8);
  EXPECT_LT(
      (sums.column_positive - residual.cwiseMax(0).colwise().squaredNorm().transpose()).norm(),
      1e-8);
  EXPECT_LT(
      (sums.column_negative - residual.cwiseMin(0).colwise().squaredNorm().transpose()).norm(),
      1e-8);
  EXPECT_LT((sums.rows_applied - residual * v).norm(), 1e-11 * residual.norm() * v.norm());
}

TEST(CentredRows, TheGramMatrixIsOfTheSmallerSide) {
  FactorRows rows(random_matrix(60, 9, 1));
  const CentredRows centred(rows, {}, 1);
  const Matrix gram = rows.matrix().transpose() * rows.matrix();
  const Matrix difference =
      (centred.gram([](double) { return true; }) - gram).triangularView<Eigen::Lower>();
  EXPECT_LT(difference.norm(), 1e-12 * gram.norm());
}

/// No atom collects more than the bound, from any residual, norms and signs.
TEST(StreamedFamily, BoundsThePolarFromAbove) {
  for (const auto& [norm_u, norm_v] :
       std::vector<std::pair<std::string, std::string>>{{"l2", "l2"},
                                                        {"l2", "l1 + l2"},
                                                        {"0.3*l1 + l2", "l2"},
                                                        {"l1 + l2", "2*l1 + 0.1*l2"},
                                                        {"l1", "l1"},
                                                        {"l2", "l1"}}) {
    for (int signs = 0; signs < 4; ++signs) {
      for (const bool tall : {false, true}) {
        FactorNorm u = parse_norm(norm_u), v = parse_norm(norm_v);
        u.nonnegative = signs & 1;
        v.nonnegative = signs & 2;
        FactorRows rows(tall ? random_matrix(14, 8, 7) : random_matrix(8, 14, 7));
        const CentredRows y(rows, {}, 1);
        const StreamedSquaredLoss loss(y);
        const StreamedFamily family(y, loss.half_square(), u, v, {});
        LowRankField q{0.3 * random_matrix(y.rows(), 2, 8), random_matrix(y.columns(), 2, 9), {}};
        loss.evaluate(q, q);
        const RankOneAtoms atoms{q.u.cwiseAbs(), q.v.cwiseAbs()};
        PolarRequest request;
        request.atoms_max = 10;
        const double found = family.polar(q, atoms, request).value;
        request.proof = Proof::deterministic;
        request.estimate = found;
        const PolarBound bound = family.polar(q, atoms, request).bound;
        EXPECT_EQ(bound.proof, Proof::deterministic);
        EXPECT_GE(bound.value, found) << norm_u << " " << norm_v << " " << signs;
        EXPECT_LE(bound.value, 4 * found) << norm_u << " " << norm_v << " " << signs;

        const Factor residual = rows.matrix() - q.u * q.v.transpose();
        for (int k = 0; k < 200; ++k) {
          Vector a = random_matrix(y.rows(), 1, 100 + k),
                 b = random_matrix(y.columns(), 1, 900 + k);
          if (k % 2) a = a.cwiseProduct((a.array().abs() > 1.2).cast<double>().matrix());
          if (k % 4 > 1) b = b.cwiseProduct((b.array().abs() > 1.2).cast<double>().matrix());
          if (u.nonnegative) a = a.cwiseAbs();
          if (v.nonnegative) b = b.cwiseAbs();
          EXPECT_LE(a.dot(residual * b), bound.value * u(a) * v(b));
        }
      }
    }
  }
}

/// With l2 norms alone the bound is sigma_1 of the residual, tight; the algebra of the residual's
/// Gram matrix loses nothing, on either side.
TEST(StreamedFamily, KnowsTheResidualsSingularValues) {
  for (const bool tall : {false, true}) {
    FactorRows rows(tall ? random_matrix(50, 20, 1) : random_matrix(20, 50, 1));
    const CentredRows y(rows, {}, 1);
    const StreamedSquaredLoss loss(y);
    FactorNorm signs;
    signs.nonnegative = true;
    const StreamedFamily family(y, loss.half_square(), signs, {}, {});
    LowRankField q{random_matrix(y.rows(), 3, 2), random_matrix(y.columns(), 3, 3), {}};
    loss.evaluate(q, q);
    PolarRequest request;
    request.proof = Proof::deterministic;
    const double bound = family.polar(q, family.empty(), request).bound.value;
    const Matrix residual = rows.matrix() - q.u * q.v.transpose();
    const double sigma = Eigen::JacobiSVD<Matrix>(residual).singularValues()[0];
    EXPECT_GE(bound, sigma);
    EXPECT_LE(bound, sigma * (1 + 1e-7));
  }
}

class SameAnswer : public testing::TestWithParam<OffsetTerms> {};

TEST_P(SameAnswer, StreamedAndNot) {
  const Factor data = parts(60, 90, 3, 0.1, 5).array() + 2;
  MatrixFitOptions options = options_of("l2", "l1 + l2", GetParam() == OffsetTerms::none);
  options.offset = GetParam();
  options.proof = ProofChoice::none;
  const MatrixModel whole = fit_matrix(as_entries(data), options);
  options.lambda = {LambdaChoice::Kind::absolute, whole.lambda, 0, false};
  FactorRows rows(data);
  const MatrixModel streamed = fit_streamed_matrix(rows, {}, options);
  EXPECT_EQ(streamed.size(), whole.size());
  EXPECT_NEAR(streamed.certificate.objective, whole.certificate.objective,
              1e-10 * whole.certificate.objective);
  EXPECT_NEAR(streamed.train_error, whole.train_error, 1e-6 * whole.train_error);
  EXPECT_NEAR(streamed.lambda_max, whole.lambda_max, 1e-3 * whole.lambda_max);
  EXPECT_NEAR(streamed.offset.global, whole.offset.global, 1e-12);
  ASSERT_EQ(streamed.offset.row.size(), whole.offset.row.size());
  ASSERT_EQ(streamed.offset.column.size(), whole.offset.column.size());
  for (Index i : {0, 7, 59})
    for (Index j : {0, 50, 89}) EXPECT_NEAR(streamed.offset.at(i, j), whole.offset.at(i, j), 1e-10);
}

INSTANTIATE_TEST_SUITE_P(Offsets, SameAnswer,
                         testing::Values(OffsetTerms::none, OffsetTerms::global, OffsetTerms::rows,
                                         OffsetTerms::columns, OffsetTerms::both));

TEST(StreamedFit, IsProvedAndConfirmedByTheChecker) {
  for (const bool nonnegative : {true, false}) {
    for (const double size : {1.0, 1e-120, 1e120}) {
      FactorRows rows(size * parts(60, 90, 3, 0.1, 5));
      const MatrixModel model =
          fit_streamed_matrix(rows, {}, options_of("l2", "l1 + l2", nonnegative));
      EXPECT_EQ(model.certificate.proof, Proof::deterministic);
      EXPECT_GT(model.size(), 0);
      EXPECT_LT(model.certificate.relative_gap, 0.5);
      const verify::Report report = verify::verify_matrix(model, rows);
      EXPECT_TRUE(report.confirmed);
      for (const verify::Check& check : report.checks)
        EXPECT_TRUE(check.passed) << check.name << ": " << check.remark;
      EXPECT_NEAR(report.found.lower_bound, model.certificate.lower_bound,
                  1e-6 * model.certificate.objective);
    }
  }
}

TEST(StreamedFit, AnotherValueOrClaimIsNotConfirmed) {
  FactorRows rows(parts(40, 60, 3, 0.1, 5));
  MatrixFitOptions options = options_of("l2", "l1 + l2", true);
  options.offset = OffsetTerms::global;
  const MatrixModel model = fit_streamed_matrix(rows, {}, options);
  ASSERT_TRUE(verify::verify_matrix(model, rows).confirmed);
  const auto refused = [&](const auto& change) {
    MatrixModel changed = model;
    change(changed);
    return !verify::verify_matrix(changed, rows).confirmed;
  };
  EXPECT_TRUE(refused([](MatrixModel& m) { m.certificate.objective *= 0.999; }));
  EXPECT_TRUE(refused([](MatrixModel& m) { m.offset.global += 1e-6; }));
  EXPECT_TRUE(refused([](MatrixModel& m) { m.train_error *= 1.001; }));
  EXPECT_TRUE(refused([](MatrixModel& m) { m.lambda_max *= 3; }));
  EXPECT_TRUE(refused([](MatrixModel& m) { m.u(0, 0) += 1e-3; }));
  EXPECT_TRUE(refused([](MatrixModel& m) { m.v(0, 0) = -1e-3; }));
  EXPECT_TRUE(refused([](MatrixModel& m) {  // a smaller bound, and all that would follow
    Certificate& c = m.certificate;
    c.polar_bound *= 0.9;
    c.dual_scale = std::min(1.0, m.lambda / c.polar_bound);
    c.lower_bound += 0.1 * c.gap;
    c.gap = c.objective - c.lower_bound;
    c.relative_gap = c.gap / c.objective;
  }));
  rows.matrix()(17, 23) += 0.5;
  EXPECT_FALSE(verify::verify_matrix(model, rows).confirmed);
}

TEST(StreamedFit, NeverAsksForMoreThanABlock) {
  FactorRows rows(parts(300, 8000, 2, 0.1, 5));
  MatrixFitOptions options = options_of("l2", "l1 + l2", true);
  options.tolerance = 1e-2;
  const MatrixModel model = fit_streamed_matrix(rows, {}, options);
  EXPECT_TRUE(verify::verify_matrix(model, rows).confirmed);
  EXPECT_LE(rows.most_values(), rows_at_once(rows) * rows.columns());
  EXPECT_LT(2 * rows.most_values(), rows.rows() * rows.columns());
}

TEST(StreamedFit, IsTheSameForAnyNumberOfThreads) {
  FactorRows rows(parts(70, 5000, 2, 0.1, 5));
  MatrixFitOptions options = options_of("l2", "l1 + l2", true);
  options.tolerance = 1e-2;
  options.threads = 1;
  const MatrixModel one = fit_streamed_matrix(rows, {}, options);
  options.threads = 3;
  const MatrixModel three = fit_streamed_matrix(rows, {}, options);
  EXPECT_EQ(one.certificate.objective, three.certificate.objective);
  EXPECT_EQ(one.u, three.u);
}

TEST(StreamedFit, DataThatAreTheirMeanLeaveNothing) {
  FactorRows rows(Factor::Constant(30, 40, 0.1));
  MatrixFitOptions options = options_of("l2", "l1 + l2", false);
  const MatrixModel model = fit_streamed_matrix(rows, {}, options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_EQ(model.certificate.objective, 0);
  EXPECT_TRUE(verify::verify_matrix(model, rows).confirmed);
}

TEST(StreamedFit, RefusesWhatItCannotDo) {
  FactorRows rows(parts(30, 40, 2, 0.1, 5));
  const MatrixFitOptions options = options_of("l2", "l1 + l2", true);
  const auto refused = [&](const auto& change) {
    MatrixFitOptions changed = options;
    change(changed);
    EXPECT_FALSE(not_streamed(changed).empty());
    EXPECT_THROW(fit_streamed_matrix(rows, {}, changed), ArgumentError);
  };
  EXPECT_EQ(not_streamed(options), "");
  refused([](MatrixFitOptions& o) { o.lambda = {}; });
  refused([](MatrixFitOptions& o) { o.loss = LossKind::huber; });
  refused([](MatrixFitOptions& o) { o.norm_u = o.norm_v = {}; });
  refused([](MatrixFitOptions& o) { o.checkpoint = "state.h5"; });

  MatrixModel model = fit_streamed_matrix(rows, {}, options);
  rows.matrix()(3, 5) = std::nan("");
  const auto message = [](const auto& f) -> std::string {
    try {
      f();
    } catch (const DataError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message([&] { fit_streamed_matrix(rows, {}, options); }),
              HasSubstr("row 3, column 5"));
  EXPECT_THAT(message([&] { verify::verify_matrix(model, rows); }), HasSubstr("row 3, column 5"));
  FactorRows other(parts(31, 40, 2, 0.1, 5));
  EXPECT_THROW(verify::verify_matrix(model, other), ModelError);
}

TEST(StreamedFit, StopsWhereTheObserverSaysSo) {
  FactorRows rows(parts(60, 90, 3, 0.1, 5));
  int seen = 0;
  const MatrixModel model =
      fit_streamed_matrix(rows, {}, options_of("l2", "l1 + l2", true), [&](const FitProgress& at) {
        ++seen;
        return std::string(at.stage) == "Gram matrix";
      });
  EXPECT_EQ(model.stop, StopReason::interrupted);
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace hadal
