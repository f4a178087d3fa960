#include <gmock/gmock.h>

#include <cmath>
#include <string_view>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/atom/structured.hpp"
#include "hadal/descent/block_proximal.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/verify/verify.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

FactorNorm norm_of(const char* text, bool nonnegative = false, Index chain = 0) {
  FactorNorm norm = parse_norm(text);
  norm.nonnegative = nonnegative;
  if (norm.tv > 0) norm.graph = lattice(GraphKind::chain, {chain, 1, 1});
  return norm;
}

MatrixFitOptions structured_options(double ratio, const FactorNorm& u, const FactorNorm& v) {
  MatrixFitOptions options = test::plain_options(ratio);
  options.norm_u = u;
  options.norm_v = v;
  options.tolerance = 1e-4;
  return options;
}

/// A sum of non-negative parts with noise.
Matrix parts(Index rows, Index columns, Index rank, test::Random& random) {
  const Matrix u = random.matrix(rows, rank).cwiseMax(0), v = random.matrix(columns, rank);
  return u * v.cwiseMax(0).transpose() + 0.1 * random.matrix(rows, columns);
}

/// max u^T Q v over unit u, v >= 0: the largest sigma_1 of a submatrix whose singular pair is
/// non-negative, over all submatrices.
double exhaustive_polar(const Matrix& q) {
  double best = 0;
  for (int s = 1; s < 1 << q.rows(); ++s)
    for (int t = 1; t < 1 << q.cols(); ++t) {
      std::vector<Index> rows, columns;
      for (Index i = 0; i < q.rows(); ++i)
        if (s >> i & 1) rows.push_back(i);
      for (Index j = 0; j < q.cols(); ++j)
        if (t >> j & 1) columns.push_back(j);
      const Eigen::JacobiSVD<Matrix> svd(q(rows, columns),
                                         Eigen::ComputeThinU | Eigen::ComputeThinV);
      const Vector u = svd.matrixU().col(0), v = svd.matrixV().col(0);
      const double sign = u.sum() < 0 ? -1 : 1;
      if ((sign * u).minCoeff() >= -1e-12 && (sign * v).minCoeff() >= -1e-12)
        best = std::max(best, svd.singularValues()[0]);
    }
  return best;
}

Matrix residual_of(const MatrixModel& model, const Matrix& y) {
  return y - model.u * model.v.transpose();
}

TEST(StructuredFit, SmallNonNegativeProblemsAreProvedAndExhaustiveSearchAgrees) {
  test::Random random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const Index rows = random.integer(1, 5), columns = random.integer(1, 5);
    const Matrix y = trial % 2 == 0 ? Matrix(parts(rows, columns, 2, random))
                                    : Matrix(random.matrix(rows, columns));
    const MatrixFitOptions options =
        structured_options(random.uniform(0.05, 0.9), norm_of("l2", true), norm_of("l2", true));
    const MatrixData data = test::dense_data(y);
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_LE(model.certificate.relative_gap, 1e-4) << rows << " x " << columns;
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_TRUE(model.size() == 0 || (model.u.minCoeff() >= 0 && model.v.minCoeff() >= 0));
    const double polar = exhaustive_polar(residual_of(model, y));
    EXPECT_GE(model.certificate.polar_bound, polar * (1 - 1e-9)) << "a bound below the polar";
    const double share = std::max(1.0, polar / std::max(model.lambda, 1e-300));
    EXPECT_LE(share, 1 + 1e-3) << "not optimal by exhaustive search";
    EXPECT_TRUE(verify::verify_matrix(model, data, {}).confirmed);
  }
}

/// With u free and an l1 norm on v every column of X stands alone: sum_j ||x_j||_2 is the gauge,
/// and the answer is the group shrinkage of every column of Y.
TEST(StructuredFit, L1OnOneSideIsGroupShrinkageOfColumns) {
  test::Random random(2);
  const Matrix y = random.matrix(7, 9);
  const MatrixFitOptions options = structured_options(0.4, norm_of("l2"), norm_of("l1"));
  const MatrixData data = test::dense_data(y);
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_NEAR(model.lambda_max, y.colwise().norm().maxCoeff(), 1e-9);
  Matrix expected = y;
  for (Index j = 0; j < y.cols(); ++j)
    expected.col(j) *= std::max(0.0, 1 - model.lambda / y.col(j).norm());
  const double best =
      (y - expected).squaredNorm() / 2 + model.lambda * expected.colwise().norm().sum();
  EXPECT_NEAR(model.certificate.objective, best, 1e-4 * best);
  EXPECT_GE(model.certificate.objective, best * (1 - 1e-12));
  EXPECT_LE(model.certificate.lower_bound, best * (1 + 1e-12));
  EXPECT_TRUE(verify::verify_matrix(model, data, {}).confirmed);
}

/// Both l1: the gauge is the sum of absolute values, and the answer soft-thresholds every entry.
TEST(StructuredFit, L1OnBothSidesIsSoftThresholding) {
  test::Random random(3);
  const Matrix y = random.matrix(6, 5);
  const MatrixFitOptions options = structured_options(0.3, norm_of("l1"), norm_of("l1"));
  const MatrixModel model = fit_matrix(test::dense_data(y), options);
  EXPECT_EQ(model.status, Status::optimal);
  const Matrix x = y.array().sign() * (y.array().abs() - model.lambda).max(0.0);
  const double best = (y - x).squaredNorm() / 2 + model.lambda * x.cwiseAbs().sum();
  EXPECT_NEAR(model.certificate.objective, best, 1e-4 * best);
}

/// Noise has many local maxima of what a part collects, of which singular vectors lead to few.
TEST(StructuredFit, NonNegativePartsOfNoiseAreAllFound) {
  test::Random random(31);
  for (int trial = 0; trial < 40; ++trial) {
    const Matrix y = random.matrix(8, 6);
    const MatrixModel model = fit_matrix(
        test::dense_data(y), structured_options(0.1, norm_of("l2", true), norm_of("l2", true)));
    EXPECT_EQ(model.status, Status::optimal)
        << "trial " << trial << ", gap " << model.certificate.relative_gap;
  }
}

/// With signs the largest entry of the residual, or row of its positive part, is the best part.
TEST(StructuredFit, L1WithSignsIsFoundBesideMuchNoise) {
  test::Random random(32);
  for (int trial = 0; trial < 5; ++trial) {
    const Matrix y = random.matrix(30, 20);
    const MatrixModel entries = fit_matrix(
        test::dense_data(y), structured_options(0.3, norm_of("l1", true), norm_of("l1", true)));
    const Matrix x = (y.array() - entries.lambda).max(0.0);
    const double best = (y - x).squaredNorm() / 2 + entries.lambda * x.sum();
    EXPECT_NEAR(entries.lambda_max, y.maxCoeff(), 1e-9);
    EXPECT_NEAR(entries.certificate.objective, best, 1e-4 * best);
    const MatrixModel rows = fit_matrix(
        test::dense_data(y), structured_options(0.3, norm_of("l1", true), norm_of("l2", true)));
    const Matrix above = y.cwiseMax(0);
    double least = (y - above).squaredNorm() / 2;
    for (Index i = 0; i < y.rows(); ++i) {
      const double length = above.row(i).norm(), left = std::min(length, rows.lambda);
      least += left * left / 2 + rows.lambda * (length - left);
    }
    EXPECT_NEAR(rows.certificate.objective, least, 1e-4 * least);
    EXPECT_GE(rows.certificate.objective, least * (1 - 1e-12));
  }
}

TEST(StructuredFit, EveryNormGivesABoundBelowAndAModelThatVerifies) {
  test::Random random(4);
  const Matrix y = parts(12, 16, 3, random);
  const MatrixData full = test::dense_data(y);
  MatrixData sparse;
  sparse.entries = test::sampled_entries(y, 0.7, random);
  for (const auto& [u, v] :
       {std::pair{norm_of("l2", true), norm_of("l1 + l2", true)},
        std::pair{norm_of("l2"), norm_of("l2", true)},
        std::pair{norm_of("l2"), norm_of("0.5*l1 + l2 + 0.3*tv(chain)", false, 16)},
        std::pair{norm_of("0.2*l1 + l2", true), norm_of("0.2*l1 + l2")}}) {
    for (const MatrixData* data : {&full, static_cast<const MatrixData*>(&sparse)}) {
      const MatrixModel model = fit_matrix(*data, structured_options(0.2, u, v));
      EXPECT_GT(model.size(), 0);
      EXPECT_NE(model.status, Status::unproven);
      const verify::Report report = verify::verify_matrix(model, *data, {});
      EXPECT_TRUE(report.confirmed) << to_string(u) << " and " << to_string(v);
      // No other start finds anything below the proved bound.
      MatrixFitOptions other = structured_options(0.2, u, v);
      other.seed = 99;
      other.tolerance = 1e-6;
      other.proof = ProofChoice::none;
      EXPECT_GE(fit_matrix(*data, other).certificate.objective,
                model.certificate.lower_bound * (1 - 1e-12));
    }
  }
}

TEST(StructuredFit, ConstantTooLargeLambdaAndTinyShapesHaveAnswers) {
  const FactorNorm u = norm_of("l2", true), v = norm_of("l2", true);
  MatrixFitOptions options = structured_options(1, u, v);
  const Matrix negative = -Matrix::Ones(3, 4);
  for (const Matrix& y : {Matrix(Matrix::Ones(3, 4)), Matrix(Matrix::Zero(2, 2)), negative,
                          Matrix(Matrix::Constant(1, 1, 5))}) {
    const MatrixModel model = fit_matrix(test::dense_data(y), options);
    EXPECT_EQ(model.size(), 0);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_TRUE(verify::verify_matrix(model, test::dense_data(y), {}).confirmed);
  }
}

TEST(StructuredFit, SeedsAgreeOnTheObjective) {
  test::Random random(5);
  const MatrixData data = test::dense_data(parts(60, 20, 5, random));
  MatrixFitOptions options = structured_options(0.1, norm_of("l2", true), norm_of("l2", true));
  const double first = fit_matrix(data, options).certificate.objective;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    options.seed = seed;
    EXPECT_NEAR(fit_matrix(data, options).certificate.objective, first, 1e-3 * first);
  }
}

TEST(StructuredFit, CurvedLossesDescendAsWell) {
  test::Random random(6);
  const Matrix y = parts(15, 12, 2, random);
  MatrixFitOptions options = structured_options(0.2, norm_of("l2", true), norm_of("l1 + l2", true));
  options.loss = LossKind::huber;
  options.huber_threshold = 0.5;
  const MatrixData data = test::dense_data(y);
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_GT(model.size(), 0);
  EXPECT_TRUE(verify::verify_matrix(model, data, {}).confirmed);
  options.loss = LossKind::poisson;
  options.huber_threshold = 0;
  const MatrixData counts = test::dense_data(y.cwiseMax(0).array().round());
  EXPECT_TRUE(verify::verify_matrix(fit_matrix(counts, options), counts, {}).confirmed);
}

TEST(StructuredFit, RefusesWhatItHasNotGot) {
  test::Random random(7);
  const MatrixData data = test::dense_data(random.matrix(4, 3));
  const MatrixFitOptions good = structured_options(0.5, norm_of("l2", true), norm_of("l2"));
  const auto refuses = [&](const std::function<void(MatrixFitOptions&)>& mistake) {
    MatrixFitOptions options = good;
    mistake(options);
    EXPECT_THROW(fit_matrix(data, options), ArgumentError);
  };
  refuses([](auto& o) { o.norm_alpha = 1; });
  refuses([](auto& o) { o.norm_u.l1 = -1; });
  refuses([](auto& o) { o.norm_u.l2 = 0; });
  refuses([](auto& o) { o.norm_v.l2 = std::nan(""); });
  refuses([](auto& o) { o.norm_v = norm_of("l2 + tv(chain)", false, 4); });  // three columns
  MatrixFitOptions plain = structured_options(0.5, norm_of("2*l2"), norm_of("l2"));
  EXPECT_THROW(fit_matrix(data, plain), ArgumentError);
}

/// Disjoint non-negative parts under a penalty that shrinks them: each size refitted by least
/// squares predicts better, and no other sizes fit the observed entries better.
TEST(StructuredFit, ARefitGivesPartsTheirSizesBack) {
  test::Random random(12);
  Matrix truth = Matrix::Zero(24, 18);
  truth.topLeftCorner(10, 7).setConstant(3);
  truth.bottomRightCorner(9, 8).setConstant(2);
  const MatrixData data = test::dense_data(truth + 0.3 * random.matrix(24, 18));
  MatrixFitOptions options =
      structured_options(0.4, norm_of("l1 + l2", true), norm_of("l1 + l2", true));
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.refit = RefitChoice::automatic;
  const MatrixModel model = fit_matrix(data, options);
  ASSERT_TRUE(model.refit.has_value());
  EXPECT_EQ(model.refit->kind, "parts");
  const auto prediction = [](const Matrix& u, const Matrix& v) {
    return Matrix(u * v.transpose());
  };
  const Matrix refitted = prediction(model.refit->u, model.refit->v);
  EXPECT_LT((refitted - truth).norm(), 0.5 * (prediction(model.u, model.v) - truth).norm());
  Matrix y = Matrix::Zero(24, 18);
  for (Index k = 0; k < data.entries.size(); ++k)
    y(data.entries.row[k], data.entries.column[k]) = data.entries.value[k];
  EXPECT_GE(std::min(model.refit->u.minCoeff(), model.refit->v.minCoeff()), 0);
  for (Index c = 0; c < model.refit->u.cols(); ++c) {
    const Matrix part = model.refit->u.col(c) * model.refit->v.col(c).transpose();
    EXPECT_NEAR((y - refitted).cwiseProduct(part).sum(), 0, 1e-7 * part.squaredNorm());
  }
}

/// Three blocks under noise.
struct Blocks {
  Matrix truth = Matrix::Zero(40, 30);
  MatrixData data;
  MatrixFitOptions options = structured_options(0.25, norm_of("l1 + l2"), norm_of("l1 + l2"));

  Blocks() {
    test::Random random(13);
    truth.block(0, 0, 14, 10).setConstant(3);
    truth.block(14, 10, 13, 10).setConstant(-3);
    truth.block(27, 20, 13, 10).setConstant(3);
    data = test::dense_data(truth + 0.5 * random.matrix(40, 30));
    options.lambda.kind = LambdaChoice::Kind::ratio;
    options.refit = RefitChoice::automatic;
  }
};

/// A penalty so small that noise is fitted by parts of its own: the refit leaves those out.
TEST(StructuredFit, ARefitLeavesNoiseOut) {
  const Blocks blocks;
  const MatrixModel model = fit_matrix(blocks.data, blocks.options);
  EXPECT_GT(model.size(), 6);
  ASSERT_TRUE(model.refit.has_value());
  EXPECT_EQ(model.refit->u.cols(), 3);
  EXPECT_TRUE(verify::verify_matrix(model, blocks.data, {}).confirmed);
  const Matrix refitted = model.refit->u * model.refit->v.transpose();
  const Matrix penalised = model.u * model.v.transpose();
  EXPECT_LT((refitted - blocks.truth).norm(), 0.6 * (penalised - blocks.truth).norm());
}

/// The folds have found how many parts are worth keeping: no fit is made for that alone.
TEST(StructuredFit, ACrossValidationKnowsHowManyPartsToKeep) {
  Blocks blocks;
  blocks.options.lambda.kind = LambdaChoice::Kind::cross_validated;
  blocks.options.lambda.folds = 3;
  bool tried = false;
  const MatrixModel model = fit_matrix(blocks.data, blocks.options, [&](const FitProgress& at) {
    tried = tried || std::string_view(at.stage) == "refit";
    return true;
  });
  ASSERT_TRUE(model.refit.has_value());
  EXPECT_EQ(model.refit->u.cols(), 3);
  EXPECT_LT(model.refit->validation_error, model.validation_error) << "the penalised model's";
  EXPECT_FALSE(tried);
}

/// A fold that holds the only entry other than zero out has no parts to join.
TEST(StructuredFit, AFoldMayHaveNoParts) {
  Matrix y = Matrix::Zero(6, 5);
  y(2, 3) = 1;
  MatrixFitOptions options = structured_options(0.5, norm_of("l2"), norm_of("l1"));
  options.lambda.kind = LambdaChoice::Kind::cross_validated;
  options.refit = RefitChoice::automatic;
  const MatrixModel model = fit_matrix(test::dense_data(y), options);
  EXPECT_GT(model.lambda, 0);
}

TEST(StructuredFit, ARefitCanBeInterrupted) {
  Blocks blocks;
  const MatrixModel model = fit_matrix(blocks.data, blocks.options, [](const FitProgress& at) {
    return std::string_view(at.stage) != "refit";
  });
  EXPECT_NE(model.stop, StopReason::interrupted) << "the model stands";
  EXPECT_FALSE(model.refit.has_value());
  blocks.options.refit = RefitChoice::none;
  const MatrixModel without = fit_matrix(blocks.data, blocks.options);
  EXPECT_EQ(model.certificate.objective, without.certificate.objective);
}

TEST(StructuredFit, ALimitStillLeavesAProof) {
  test::Random random(9);
  const MatrixData data = test::dense_data(parts(30, 20, 6, random));
  MatrixFitOptions options = structured_options(0.05, norm_of("l2", true), norm_of("l2", true));
  options.size_max = 2;
  const MatrixModel small = fit_matrix(data, options);
  EXPECT_EQ(small.certificate.proof, Proof::deterministic);
  EXPECT_EQ(small.status, Status::bounded);
  EXPECT_TRUE(verify::verify_matrix(small, data, {}).confirmed);
  options.proof = ProofChoice::probabilistic;
  EXPECT_EQ(fit_matrix(data, options).certificate.proof, Proof::deterministic);
}

/// Where the same pair of terms is charged twice the larger share no longer bounds the sum.
TEST(StructuredVerification, NoPairOfTermsIsChargedTwice) {
  test::Random random(10);
  const Matrix y = random.matrix(8, 8);
  const MatrixData data = test::dense_data(y);
  MatrixFitOptions options = structured_options(0.4, norm_of("l1 + l2"), norm_of("l1 + l2"));
  options.size_max = 1;
  MatrixModel model = fit_matrix(data, options);
  const Matrix q = residual_of(model, y);
  PolarSlack slack;
  for (int k = 0; k < 8; ++k)
    slack.pieces.push_back({NormTerm::l1, NormTerm::l1, (q / 8).cast<float>()});
  model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  const verify::Report forged = verify::verify_matrix(model, data, {});
  EXPECT_GE(forged.found.polar_bound, q.cwiseAbs().maxCoeff() / 4 * (1 - 1e-9))
      << "the largest entry alone collects this much";
  EXPECT_THAT(forged.found.method, testing::HasSubstr("same terms"));
}

TEST(StructuredVerification, WeightsThatOverflowAreRefusedEverywhere) {
  test::Random random(11);
  const MatrixData data = test::dense_data(random.matrix(5, 4));
  MatrixFitOptions options = structured_options(0.5, norm_of("l1 + l2"), norm_of("l2"));
  MatrixModel model = fit_matrix(data, options);
  for (const double weight : {1e308, 1e-161, -1.0}) {
    options.norm_u.l1 = weight;
    EXPECT_THROW(fit_matrix(data, options), ArgumentError);
    model.norm_u.l1 = weight;
    EXPECT_THROW(verify::verify_matrix(model, data, {}), ModelError);
  }
}

/// The claim stands or falls with what is stored: no change of it passes.
TEST(StructuredVerification, NoDamagedModelPassesWithItsClaim) {
  test::Random random(8);
  const Matrix y = parts(30, 10, 4, random);
  const MatrixData data = test::dense_data(y);
  const MatrixModel good =
      fit_matrix(data, structured_options(0.1, norm_of("l2", true), norm_of("l2", true)));
  ASSERT_TRUE(verify::verify_matrix(good, data, {}).confirmed);
  ASSERT_TRUE(good.certificate.slack) << "this problem needs a slack";
  const auto refused = [&](const char* what, const std::function<void(MatrixModel&)>& damage) {
    MatrixModel model = good;
    damage(model);
    EXPECT_FALSE(verify::verify_matrix(model, data, {}).confirmed) << what;
  };
  refused("factor", [](MatrixModel& m) { m.u(0, 0) += 0.1; });
  refused("sign", [](MatrixModel& m) { m.u.col(0) *= -1, m.v.col(0) *= -1; });
  refused("balance", [](MatrixModel& m) { m.u.col(0) *= 2, m.v.col(0) /= 2; });
  refused("weight of the norm", [](MatrixModel& m) { m.norm_u.l2 = 0.5; });
  refused("norm", [](MatrixModel& m) { m.norm_v.l1 = 0.01; });
  refused("constraint dropped", [](MatrixModel& m) { m.norm_u.nonnegative = false; });
  refused("lambda", [](MatrixModel& m) { m.lambda *= 1.001; });
  refused("lambda_max", [](MatrixModel& m) { m.lambda_max *= 2; });
  refused("polar bound",
          [](MatrixModel& m) { m.certificate.polar_bound = 0.9 * m.certificate.polar_bound; });
  refused("no slack", [](MatrixModel& m) { m.certificate.slack = nullptr; });
  refused("negative slack", [](MatrixModel& m) {
    PolarSlack slack = *m.certificate.slack;
    slack.cover(0, 0) = -1;
    m.certificate.slack = std::make_shared<const PolarSlack>(slack);
  });
  refused("larger slack", [](MatrixModel& m) {
    PolarSlack slack = *m.certificate.slack;
    slack.cover.array() += 1;
    m.certificate.slack = std::make_shared<const PolarSlack>(slack);
  });
}

}  // namespace
}  // namespace hadal
