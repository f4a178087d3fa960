#include "hadal/fit/tensor_fit.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hadal/error.hpp"
#include "math/tensor_fit_support.hpp"

namespace hadal {
namespace {

using test::at_ratio;
using test::data_of;
using test::penalty_of;

FactorNorm norm_of(const char* text, bool nonnegative = false, Index chain = 0) {
  FactorNorm norm = parse_norm(text);
  norm.nonnegative = nonnegative;
  if (norm.tv > 0) norm.graph = lattice(GraphKind::chain, {chain, 1, 1});
  return norm;
}

/// Ones among minus ones, which no starts of positive elements collect anything from.
TEST(TensorFit, RareEntriesAreFoundByNonNegativeFactorsInAnyOrderOfModes) {
  test::Random random(3);
  const std::vector<Index> shape{12, 10, 8};
  std::vector<double> objectives, largest;
  TensorEntries entries;
  entries.shape = shape;
  for (Index k = 0; k < test::product_of(shape); ++k)
    entries.value.push_back(random.uniform(0, 1) < 0.02 ? 1 : -1);
  TensorEntries turned;
  turned.shape = {8, 10, 12};
  for (Index c = 0; c < 8; ++c)
    for (Index b = 0; b < 10; ++b)
      for (Index a = 0; a < 12; ++a)
        turned.value.push_back(entries.value[static_cast<std::size_t>((a * 10 + b) * 8 + c)]);
  for (const TensorEntries& one : {entries, turned}) {
    TensorFitOptions options = at_ratio(0.5);
    options.loss = LossKind::logistic;
    options.norms = {norm_of("l2", true)};
    options.proof = ProofChoice::none;
    const TensorModel model = fit_tensor(data_of(one), options);
    EXPECT_GE(model.lambda_max, 0.5);  // one entry of probability 1/2
    EXPECT_GT(model.size(), 5);
    objectives.push_back(model.certificate.objective);
    largest.push_back(model.lambda_max);
  }
  EXPECT_NEAR(largest[0], largest[1], 1e-6);
  EXPECT_NEAR(objectives[0], objectives[1], 1e-4 * objectives[0]);
}

TEST(TensorFit, OfOrderTwoIsTheMatrixAnswer) {
  test::Random random(1);
  const Matrix y = random.matrix(8, 6);
  TensorEntries entries;
  entries.shape = {8, 6};
  const Factor rows = y;
  entries.value.assign(rows.data(), rows.data() + rows.size());
  const TensorModel model = fit_tensor(data_of(entries), at_ratio(0.3, 1e-9));
  const Matrix expected = test::soft_thresholded(y, model.lambda);
  const double best =
      (y - expected).squaredNorm() / 2 + model.lambda * test::dense_singular_values(expected).sum();
  EXPECT_NEAR(model.lambda_max, test::dense_singular_values(y)[0], 1e-8);
  EXPECT_NEAR(model.certificate.objective, best, 1e-8 * best);
  EXPECT_LE(model.certificate.lower_bound, best * (1 + 1e-12));
  EXPECT_EQ(model.status, Status::optimal);
  const Matrix x = model.factors[0] * model.factors[1].transpose();
  EXPECT_LT((x - expected).norm(), 1e-3 * expected.norm());
}

/// With orthonormal factors, sum s_c u_c o v_c o w_c has the solution of shrunk sizes s_c - lambda,
/// which any unfolding proves.
TEST(TensorFit, OrthogonalComponentsAreShrunk) {
  test::Random random(2);
  const Vector sizes = Vector::Map(std::vector<double>{5, 3, 2, 0.5}.data(), 4);
  std::vector<Factor> factors;
  for (const Index size : {6, 5, 7}) factors.emplace_back(random.orthonormal(size, 4));
  std::vector<Factor> scaled = factors;
  scaled[0] *= sizes.asDiagonal();
  TensorFitOptions options = at_ratio(0.2, 1e-8);
  const TensorModel model =
      fit_tensor(data_of(test::full_tensor({6, 5, 7}, test::dense_tensor(scaled))), options);
  EXPECT_NEAR(model.lambda_max, 5, 1e-8);
  EXPECT_EQ(model.status, Status::optimal);
  ASSERT_EQ(model.size(), 3);
  double best = 0.5 * 0.5 / 2;
  for (Index c = 0; c < 3; ++c) {
    EXPECT_NEAR(penalty_of(model, c), sizes[c] - 1, 1e-5);
    for (std::size_t m = 0; m < 3; ++m) {
      const Vector unit = model.factors[m].col(c).normalized();
      EXPECT_NEAR(std::abs(unit.dot(factors[m].col(c))), 1, 1e-6);
      EXPECT_NEAR(model.factors[m].col(c).norm(), std::cbrt(sizes[c] - 1), 1e-5) << "not balanced";
    }
    best += 0.5 + sizes[c] - 1;
  }
  EXPECT_NEAR(model.certificate.objective, best, 1e-7 * best);
}

/// max <Q, u o v o w>: ascents from many random directions w, each with the best u and v for it by
/// a singular value decomposition.
double brute_force(const Vector& q, Index rows, Index columns, Index depth, test::Random& random) {
  double best = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    Vector w = random.vector(depth).normalized();
    for (int step = 0; step < 30; ++step) {
      Matrix a = Matrix::Zero(rows, columns);
      for (Index k = 0; k < q.size(); ++k)
        a(k / (columns * depth), k / depth % columns) += q[k] * w[k % depth];
      if (step == 0 && trial > 0 && a.norm() < 0.3 * best) break;
      const Eigen::JacobiSVD<Matrix> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
      const double value = svd.singularValues()[0];
      const bool settled = value <= best * (1 + 1e-12);
      best = std::max(best, value);
      if (trial > 20 && settled && step > 3) break;
      Vector next = Vector::Zero(depth);
      for (Index k = 0; k < q.size(); ++k)
        next[k % depth] +=
            q[k] * svd.matrixU()(k / (columns * depth), 0) * svd.matrixV()(k / depth % columns, 0);
      w = next.normalized();
    }
    if (trial > 60) break;
  }
  return best;
}

TEST(TensorFit, SmallTensorsAreProvedAndBruteForceAgrees) {
  test::Random random(3);
  for (const auto& [rows, columns, depth] : {std::array<Index, 3>{6, 6, 3}, {10, 10, 2}}) {
    const std::vector<Index> shape{rows, columns, depth};
    for (int trial = 0; trial < 6; ++trial) {
      const Vector y = test::dense_tensor(test::random_factors(shape, 2, random)) +
                       random.vector(test::product_of(shape));
      const TensorModel model =
          fit_tensor(data_of(test::full_tensor(shape, y)), at_ratio(0.3, 1e-3));
      EXPECT_EQ(model.status, Status::optimal);
      EXPECT_EQ(model.certificate.proof, Proof::deterministic);
      const Vector q = y - test::dense_tensor(model.factors);
      const double polar = brute_force(q, rows, columns, depth, random);
      EXPECT_GE(model.certificate.polar_bound, polar * (1 - 1e-9));
      double penalty = 0;
      for (Index c = 0; c < model.size(); ++c) penalty += penalty_of(model, c);
      EXPECT_LE((polar - model.lambda) * penalty, 1.1e-3 * model.certificate.objective)
          << "not optimal by brute force";
      EXPECT_NEAR(model.lambda_max, brute_force(y, rows, columns, depth, random),
                  1e-6 * model.lambda_max);
    }
  }
}

/// At a solution every component collects lambda times its penalty from minus the gradient, and F
/// is that of sums written out.
TEST(TensorFit, ComponentsAreStationaryForEveryLoss) {
  test::Random random(4);
  const std::vector<Index> shape{5, 6, 4};
  const Vector z = test::dense_tensor(test::random_factors(shape, 2, random));
  for (const LossKind loss :
       {LossKind::squared, LossKind::huber, LossKind::logistic, LossKind::poisson}) {
    Vector y = z + 0.3 * random.vector(z.size());
    if (loss == LossKind::logistic) y = y.unaryExpr([](double x) { return x > 0 ? 1.0 : -1.0; });
    if (loss == LossKind::poisson)
      y = y.unaryExpr([](double x) { return std::floor(std::abs(x)); });
    for (const double density : {1.0, 0.7}) {
      TensorEntries entries = density < 1 ? test::sampled_tensor(shape, y, density, random)
                                          : test::full_tensor(shape, y);
      for (Index k = 0; k < entries.size(); ++k) entries.weight.push_back(random.uniform(0.5, 2));
      TensorFitOptions options = at_ratio(0.3, 1e-6);
      options.loss = loss;
      if (loss == LossKind::huber) options.huber_threshold = 0.5;
      const TensorModel model = fit_tensor(data_of(entries), options);
      ASSERT_GT(model.size(), 0) << to_string(loss);
      const Vector fitted = test::dense_tensor(model.factors);
      Vector collected = Vector::Zero(model.size());
      double objective = 0;
      const TensorPattern pattern(entries);
      pattern.for_each([&](Index k, const TensorPattern::Position& at) {
        const Index place = (at[0] * shape[1] + at[1]) * shape[2] + at[2];
        const double value = entries.value[k], x = fitted[place], e = value - x;
        double force = 0, l = 0;
        switch (loss) {
          case LossKind::huber:
            force = std::clamp(e, -0.5, 0.5);
            l = std::abs(e) <= 0.5 ? e * e / 2 : 0.5 * std::abs(e) - 0.125;
            break;
          case LossKind::logistic:
            force = value / (1 + std::exp(value * x));
            l = std::log1p(std::exp(-value * x));
            break;
          case LossKind::poisson:
            force = value - std::exp(x);
            l = std::exp(x) - value * x - (value > 0 ? value - value * std::log(value) : 0);
            break;
          default:
            force = e;
            l = e * e / 2;
        }
        objective += entries.weight[k] * l;
        for (Index c = 0; c < model.size(); ++c)
          collected[c] += entries.weight[k] * force * model.factors[0](at[0], c) *
                          model.factors[1](at[1], c) * model.factors[2](at[2], c);
      });
      for (Index c = 0; c < model.size(); ++c) {
        const double price = model.lambda * penalty_of(model, c);
        objective += price;
        EXPECT_NEAR(collected[c], price, 1e-2 * price + 1e-4 * model.certificate.objective)
            << to_string(loss) << " component " << c;
      }
      EXPECT_NEAR(model.certificate.objective, objective, 1e-10 * objective) << to_string(loss);
      EXPECT_LE(model.certificate.lower_bound, model.certificate.objective);
      EXPECT_GT(model.certificate.lower_bound, 0) << to_string(loss);
    }
  }
}

TEST(TensorFit, PermutedModesGiveThePermutedAnswer) {
  test::Random random(5);
  const std::vector<Index> shape{3, 5, 4}, turned{4, 3, 5};
  const Vector y =
      test::dense_tensor(test::random_factors(shape, 2, random)) + 0.1 * random.vector(60);
  Vector other(60);
  for (Index k = 0; k < 60; ++k) {
    const std::vector<Index> at = test::position_of(shape, k);
    other[(at[2] * 3 + at[0]) * 5 + at[1]] = y[k];
  }
  const TensorModel a = fit_tensor(data_of(test::full_tensor(shape, y)), at_ratio(0.3, 1e-6));
  const TensorModel b = fit_tensor(data_of(test::full_tensor(turned, other)), at_ratio(0.3, 1e-6));
  ASSERT_EQ(a.size(), b.size());
  EXPECT_NEAR(a.certificate.objective, b.certificate.objective, 1e-6 * a.certificate.objective);
  const Vector fitted = test::dense_tensor(a.factors), of_turned = test::dense_tensor(b.factors);
  Vector expected(60);
  for (Index k = 0; k < 60; ++k) {
    const std::vector<Index> at = test::position_of(shape, k);
    expected[(at[2] * 3 + at[0]) * 5 + at[1]] = fitted[k];
  }
  EXPECT_LT((of_turned - expected).norm(), 1e-2 * expected.norm());
}

TEST(TensorFit, ScaledDataScaleTheAnswer) {
  test::Random random(6);
  const std::vector<Index> shape{4, 5, 3};
  const Vector y = test::dense_tensor(test::random_factors(shape, 2, random));
  const TensorModel one = fit_tensor(data_of(test::full_tensor(shape, y)), at_ratio(0.2, 1e-5));
  for (const double scale : {1e-90, 1e90}) {
    const TensorModel other =
        fit_tensor(data_of(test::full_tensor(shape, scale * y)), at_ratio(0.2, 1e-5));
    EXPECT_EQ(other.status, one.status);
    ASSERT_EQ(other.size(), one.size());
    const Vector expected = scale * test::dense_tensor(one.factors);
    EXPECT_LT((test::dense_tensor(other.factors) - expected).norm(), 1e-3 * expected.norm());
  }
}

TEST(TensorFit, FromLambdaMaxOnNothingIsLeft) {
  test::Random random(7);
  const std::vector<Index> shape{4, 3, 2};
  const TensorData data = data_of(test::full_tensor(shape, random.vector(24)));
  const TensorModel model = fit_tensor(data, at_ratio(1, 1e-5));
  EXPECT_EQ(model.size(), 0);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_NEAR(model.certificate.objective,
              Eigen::Map<const Vector>(data.entries.value.data(), 24).squaredNorm() / 2, 1e-12);
  const TensorModel zero =
      fit_tensor(data_of(test::full_tensor(shape, Vector::Zero(24))), at_ratio(0.5));
  EXPECT_EQ(zero.size(), 0);
  EXPECT_EQ(zero.status, Status::optimal);
}

TEST(TensorFit, EveryNormKeepsItsSignsAndItsBound) {
  test::Random random(8);
  const std::vector<Index> shape{5, 6, 4};
  std::vector<Factor> truth = test::random_factors(shape, 2, random);
  for (Factor& factor : truth) factor = factor.cwiseAbs();
  const Vector y = test::dense_tensor(truth) + 0.1 * random.vector(120);
  const std::vector<std::vector<FactorNorm>> cases{
      {norm_of("l2", true)},
      {norm_of("l2"), norm_of("l1 + l2"), norm_of("l2")},
      {norm_of("l2", true), norm_of("l2 + 0.5*tv(chain)", false, 6), norm_of("l1", true)}};
  for (const std::vector<FactorNorm>& norms : cases)
    for (const double density : {1.0, 0.6}) {
      TensorFitOptions options = at_ratio(0.1, 1e-3);
      options.norms = norms;
      const TensorModel model =
          fit_tensor(data_of(density < 1 ? test::sampled_tensor(shape, y, density, random)
                                         : test::full_tensor(shape, y)),
                     options);
      ASSERT_GT(model.size(), 0);
      EXPECT_NE(model.status, Status::unproven);
      EXPECT_LE(model.certificate.lower_bound, model.certificate.objective);
      EXPECT_GE(model.certificate.polar_bound, model.lambda * (1 - 1e-3));
      for (std::size_t m = 0; m < 3; ++m) {
        if (model.norms[m].nonnegative) {
          EXPECT_GE(model.factors[m].minCoeff(), 0);
        }
      }
    }
}

TEST(TensorFit, ARefitHasNoPenaltyLeft) {
  test::Random random(9);
  const std::vector<Index> shape{6, 5, 4};
  std::vector<Factor> truth = test::random_factors(shape, 2, random);
  const Vector y = test::dense_tensor(truth);
  TensorFitOptions options = at_ratio(0.1, 1e-3);
  options.refit = TensorRefitChoice::factors;
  const TensorModel factors = fit_tensor(data_of(test::full_tensor(shape, y)), options);
  ASSERT_TRUE(factors.refit);
  ASSERT_EQ(factors.size(), 2);
  EXPECT_LT((test::dense_tensor(factors.refit->factors) - y).norm(), 1e-3 * y.norm());
  EXPECT_GT((test::dense_tensor(factors.factors) - y).norm(), 0.02 * y.norm());

  options.refit = TensorRefitChoice::weights;
  const TensorModel weights = fit_tensor(data_of(test::full_tensor(shape, y)), options);
  ASSERT_TRUE(weights.refit);
  const Vector rest = y - test::dense_tensor(weights.refit->factors);
  for (Index c = 0; c < weights.refit->factors[0].cols(); ++c) {
    std::vector<Factor> one;
    for (const Factor& factor : weights.refit->factors) one.emplace_back(factor.col(c));
    const Vector z = test::dense_tensor(one);
    EXPECT_NEAR(rest.dot(z), 0, 1e-8 * z.norm() * y.norm()) << "sizes are not least squares";
  }
}

TEST(TensorFit, CrossValidationFindsTheRank) {
  test::Random random(10);
  const std::vector<Index> shape{12, 10, 8};
  std::vector<Factor> truth = test::random_factors(shape, 3, random);
  for (Factor& factor : truth) factor = factor.cwiseAbs();
  const Vector y = test::dense_tensor(truth) + 0.05 * random.vector(test::product_of(shape));
  TensorFitOptions options;
  options.lambda.folds = 3;
  options.norms = {norm_of("l2", true)};
  options.refit = TensorRefitChoice::factors;
  const TensorModel model = fit_tensor(data_of(test::full_tensor(shape, y)), options);
  EXPECT_EQ(model.size(), 3);
  EXPECT_FALSE(model.path.empty());
  ASSERT_TRUE(model.refit);
  EXPECT_LT(model.refit->validation_error, 0.06);
  EXPECT_GT(model.validation_error, model.refit->validation_error);
}

TEST(TensorFit, SameSeedSameModel) {
  test::Random random(11);
  const std::vector<Index> shape{5, 6, 7};
  const Vector y = test::dense_tensor(test::random_factors(shape, 3, random));
  TensorFitOptions options = at_ratio(0.2);
  options.seed = 7;
  const TensorData data = data_of(test::sampled_tensor(shape, y, 0.5, random));
  const TensorModel a = fit_tensor(data, options), b = fit_tensor(data, options);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t m = 0; m < 3; ++m) EXPECT_EQ(a.factors[m], b.factors[m]);
}

TEST(TensorFit, SaysWhatItHasNotGot) {
  const TensorData data = data_of(test::full_tensor({2, 2, 2}, Vector::Ones(8)));
  const auto with = [&](auto change) {
    TensorFitOptions options = at_ratio(0.5);
    change(options);
    return [&data, options] { fit_tensor(data, options); };
  };
  EXPECT_THROW(with([](auto& o) { o.categories = {0, 1}; })(), ArgumentError);
  EXPECT_THROW(with([](auto& o) { o.norms.resize(2); })(), ArgumentError);
  EXPECT_THROW(with([](auto& o) { o.norms = {norm_of("1e-5*l2")}; })(), ArgumentError);
  EXPECT_THROW(with([](auto& o) { o.lambda.value = 2; })(), ArgumentError);
  EXPECT_THROW(with([](auto& o) { o.norms = {norm_of("l2 + tv(chain)", false, 3)}; })(),
               ArgumentError);
  EXPECT_THROW(with([](auto& o) {
                 o.loss = LossKind::poisson;
                 o.refit = TensorRefitChoice::factors;
               })(),
               ArgumentError);
  TensorData negative = data_of(test::full_tensor({2, 2, 2}, -Vector::Ones(8)));
  TensorFitOptions poisson = at_ratio(0.5);
  poisson.loss = LossKind::poisson;
  EXPECT_THAT([&] { fit_tensor(negative, poisson); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("place (0, 0, 0)")));
  TensorData none = data_of({});
  none.entries.shape = {2, 2, 2};
  none.entries.index.resize(3);
  EXPECT_THROW(fit_tensor(none, at_ratio(0.5)), DataError);
}

}  // namespace
}  // namespace hadal
