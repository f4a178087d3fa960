#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/verify/verify.hpp"
#include "math/changed_claims.hpp"
#include "math/plain_losses.hpp"
#include "math/support.hpp"

// Fits with losses other than the squared one, against a plain solver, what was planted, and the
// checker.
namespace hadal {
namespace {

using test::confirmed;

using test::PlainLossProblem;

constexpr LossKind kinds[] = {LossKind::huber, LossKind::logistic, LossKind::poisson};

double drawn(LossKind kind, double z, test::Random& random) {
  if (kind == LossKind::logistic) return random.chance(1 / (1 + std::exp(-z))) ? 1 : 0;
  if (kind == LossKind::huber)
    return z + 0.1 * random.normal() + (random.chance(0.1) ? 10 * random.normal() : 0);
  double left = std::exp(z), count = -1;  // arrivals in a time of exp(z)
  for (; left > 0; ++count) left += std::log(random.uniform());
  return count;
}

/// Of a planted matrix that the loss can tell from noise and that leaves counts moderate.
double strength(LossKind kind) {
  return kind == LossKind::logistic ? 2 : kind == LossKind::poisson ? 0.6 : 1;
}

/// Entries drawn from a planted low-rank matrix.
MatrixData planted(LossKind kind, const Matrix& z, double density, test::Random& random) {
  Matrix y = z;
  for (Index k = 0; k < y.size(); ++k) y(k) = drawn(kind, z(k), random);
  MatrixData data;
  data.entries = test::sampled_entries(y, density, random);
  return data;
}

MatrixFitOptions options_of(LossKind kind, double ratio) {
  MatrixFitOptions options = test::plain_options(ratio);
  options.offset.reset();
  options.loss = kind;
  options.threads = 1;
  return options;
}

MatrixFitOptions random_options(LossKind kind, test::Random& random, unsigned seed) {
  MatrixFitOptions options = options_of(kind, std::pow(10, random.uniform(-1.7, 0)));
  if (random.chance(0.4)) {
    options.offset_policy = OffsetPolicy::free;
    options.offset_ridge = std::pow(10, random.uniform(-3, 0));
  }
  if (kind == LossKind::huber || options.offset_policy == OffsetPolicy::free)
    options.offset = static_cast<OffsetTerms>(random.integer(0, 4));
  if (kind == LossKind::huber) {
    if (random.chance(0.7)) options.huber_threshold = std::pow(10, random.uniform(-2, 1));
  }
  options.norm_alpha = random.chance(0.4) ? random.uniform(0, 1) : 0;
  options.proof = random.chance(0.3) ? ProofChoice::probabilistic : ProofChoice::automatic;
  options.seed = seed;
  return options;
}

/// Where free offsets b are the best ones, B^T (slope) + ridge b = 0.
void expect_best_offsets(const MatrixModel& model, const Matrix& slope) {
  const Offset& b = model.offset;
  if (b.policy == OffsetPolicy::mean || b.terms == OffsetTerms::none) return;
  const double small = 1e-8 * (1 + slope.cwiseAbs().sum());
  EXPECT_NEAR(slope.sum() + b.ridge * b.global, 0, small);
  if (b.row.size()) {
    EXPECT_LE((slope.rowwise().sum() + b.ridge * b.row).norm(), small);
  }
  if (b.column.size()) {
    EXPECT_LE((slope.colwise().sum().transpose() + b.ridge * b.column).norm(), small);
  }
}

TEST(LossFits, AgreeWithAPlainSolverAndTheChecker) {
  for (const LossKind kind : kinds)
    for (unsigned seed = 0; seed < 25; ++seed) {
      SCOPED_TRACE(std::string(to_string(kind)) + " " + std::to_string(seed));
      test::Random random(seed);
      const Index rows = random.integer(1, 10), columns = random.integer(1, 8);
      const Matrix z = random.matrix(rows, 2) * random.matrix(2, columns);
      MatrixData data = planted(kind, z, random.chance(0.3) ? 1 : 0.7, random);
      if (data.entries.size() == 0) continue;
      if (random.chance(0.4))
        for (Index k = 0; k < data.entries.size(); ++k)
          data.entries.weight.push_back(std::pow(10, random.uniform(-1, 1)));
      const MatrixModel model = fit_matrix(data, random_options(kind, random, seed));
      EXPECT_TRUE(confirmed(model, data));
      ASSERT_EQ(model.status, Status::optimal) << to_string(model.stop);
      if (model.certificate.objective == 0) continue;  // nothing but offsets

      const PlainLossProblem plain(data.entries, model);
      const double claimed = model.certificate.objective;
      EXPECT_NEAR(plain.objective(test::low_rank(model)), claimed, 1e-10 * claimed);
      const double slow = plain.solve(3000);
      EXPECT_LE(model.certificate.lower_bound, slow * (1 + 1e-12));  // no false bound
      EXPECT_NEAR(claimed, slow, 3e-6 * claimed);
      expect_best_offsets(model, plain.slope(test::low_rank(model)));
      if (model.offset.policy == OffsetPolicy::mean || model.offset.terms == OffsetTerms::none)
        continue;
      // Offsets that are not the best ones make a bound that is worse, never one that is false.
      MatrixModel moved = model;
      moved.offset.global += random.normal();
      const double bound = verify::verify_matrix(moved, data).found.lower_bound;
      EXPECT_LE(bound, slow * (1 + 1e-12));
      EXPECT_LT(bound, model.certificate.lower_bound * (1 + 1e-9));
    }
}

TEST(LossFits, LambdaMaxIsWhereTheModelVanishes) {
  for (const LossKind kind : kinds) {
    test::Random random(5);
    const MatrixData data = planted(kind, random.matrix(20, 2) * random.matrix(2, 15), 0.7, random);
    const MatrixModel at = fit_matrix(data, options_of(kind, 1));
    const MatrixModel below = fit_matrix(data, options_of(kind, 0.98));
    EXPECT_EQ(at.size(), 0) << to_string(kind);
    EXPECT_EQ(at.status, Status::optimal);
    EXPECT_EQ(below.size(), 1) << to_string(kind);
    const PlainLossProblem plain(data.entries, at);
    EXPECT_NEAR(plain.polar(Matrix::Zero(20, 15)), at.lambda_max, 1e-9 * at.lambda_max);
  }
}

// The Huber loss with lambda beyond the threshold's reach is the squared loss.
TEST(LossFits, HuberOfAHugeThresholdIsLeastSquares) {
  test::Random random(6);
  const MatrixData data =
      planted(LossKind::huber, random.matrix(25, 2) * random.matrix(2, 20), 0.6, random);
  MatrixFitOptions options = options_of(LossKind::huber, 0.2);
  options.huber_threshold = 1e6;
  const MatrixModel huber = fit_matrix(data, options);
  options.loss = LossKind::squared;
  options.huber_threshold = 0;
  const MatrixModel squared = fit_matrix(data, options);
  EXPECT_NEAR(huber.lambda, squared.lambda, 1e-12 * squared.lambda);
  EXPECT_NEAR(huber.certificate.objective, squared.certificate.objective,
              2e-6 * squared.certificate.objective);
}

// Units change the figures by their powers and nothing else.
TEST(LossFits, HuberDoesNotDependOnUnits) {
  test::Random random(7);
  MatrixData data =
      planted(LossKind::huber, random.matrix(25, 2) * random.matrix(2, 20), 0.6, random);
  const MatrixModel plain = fit_matrix(data, options_of(LossKind::huber, 0.1));
  const double unit = std::ldexp(1.0, 200);
  for (double& value : data.entries.value) value *= unit;
  const MatrixModel scaled = fit_matrix(data, options_of(LossKind::huber, 0.1));
  EXPECT_EQ(scaled.huber_threshold, unit * plain.huber_threshold);
  EXPECT_EQ(scaled.certificate.objective, unit * unit * plain.certificate.objective);
  EXPECT_TRUE(confirmed(scaled, data));
}

// Robust principal components: a low-rank matrix of which one entry in twenty is grossly wrong.
TEST(LossFits, RobustComponentsFindExactlyTheGrossErrors) {
  test::Random random(8);
  const Index rows = 100, columns = 80;
  Matrix y = random.matrix(rows, 3) * random.matrix(3, columns);
  const Matrix truth = y;
  y += 0.01 * random.matrix(rows, columns);
  std::set<std::pair<Index, Index>> wrong;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j)
      if (random.chance(0.05)) {
        y(i, j) += random.chance(0.5) ? random.uniform(5, 10) : -random.uniform(5, 10);
        wrong.insert({i, j});
      }
  const MatrixData data = test::dense_data(y);
  MatrixFitOptions options = options_of(LossKind::huber, 1);
  options.offset = OffsetTerms::none;
  options.huber_threshold = 0.5;
  // Above the norm of the clipped errors, about 0.5 sqrt(0.05) (sqrt(rows) + sqrt(columns)).
  options.lambda = {LambdaChoice::Kind::absolute, 2.5, 0, false};
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_LE(model.certificate.relative_gap, 1e-6);
  EXPECT_EQ(model.size(), 3);
  EXPECT_TRUE(confirmed(model, data));
  EXPECT_LT((predict_all(model) - truth).norm(), 0.1 * truth.norm());

  std::set<std::pair<Index, Index>> found;
  for (const GrossError& error : gross_errors(model, data.entries)) {
    const Index i = data.entries.row[error.entry], j = data.entries.column[error.entry];
    found.insert({i, j});
    EXPECT_NEAR(error.prediction + error.error, y(i, j), 0.5 + 1e-12);
    EXPECT_NEAR(error.error, y(i, j) - truth(i, j), 1.5);
  }
  EXPECT_EQ(found, wrong);
  options.loss = LossKind::squared;
  options.huber_threshold = 0;
  EXPECT_THROW(gross_errors(fit_matrix(data, options), data.entries), ArgumentError);
}

double correlation(const Matrix& a, const Matrix& b) {
  const Matrix x = (a.array() - a.mean()).matrix(), y = (b.array() - b.mean()).matrix();
  return x.cwiseProduct(y).sum() / (x.norm() * y.norm());
}

TEST(LossFits, ClassesAndCountsReturnWhatWasPlanted) {
  for (const LossKind kind : {LossKind::logistic, LossKind::poisson}) {
    test::Random random(10);
    const Matrix right = random.matrix(2, 90), left = random.matrix(120, 2);
    const Matrix z = strength(kind) * left * right;
    const MatrixData data = planted(kind, z, 0.6, random);
    MatrixFitOptions options = options_of(kind, 0.2);
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_GT(correlation(test::low_rank(model), z), 0.75) << to_string(kind);
    const Matrix all = predict_all(model);
    EXPECT_GT(all.minCoeff(), 0);
    if (kind == LossKind::logistic) {
      EXPECT_LT(all.maxCoeff(), 1);
    }
    EXPECT_NEAR(predict_entry(model, 3, 4), inverse_link(kind, test::low_rank(model)(3, 4)), 1e-12);
  }
}

TEST(LossFits, CrossValidationPredictsBetterThanNothing) {
  for (const LossKind kind : kinds) {
    test::Random random(11);
    const Matrix z = strength(kind) * random.matrix(60, 2) * random.matrix(2, 50);
    const MatrixData data = planted(kind, z, 0.6, random);
    MatrixFitOptions options = options_of(kind, 1);
    const MatrixModel nothing = fit_matrix(data, options);
    options.lambda = {};
    options.lambda.folds = 3;
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_GT(model.size(), 0);
    EXPECT_LT(model.validation_error, 0.95 * nothing.train_error) << to_string(kind);
    EXPECT_TRUE(confirmed(model, data));
  }
}

// Both codings of classes are the same problem.
TEST(LossFits, ClassesMayBeCodedEitherWay) {
  test::Random random(12);
  MatrixData data =
      planted(LossKind::logistic, random.matrix(20, 2) * random.matrix(2, 15), 0.7, random);
  const MatrixModel zeros = fit_matrix(data, options_of(LossKind::logistic, 0.2));
  for (double& value : data.entries.value) value = value == 0 ? -1 : 1;
  const MatrixModel signs = fit_matrix(data, options_of(LossKind::logistic, 0.2));
  EXPECT_EQ(zeros.u, signs.u);
  EXPECT_EQ(zeros.train_error, signs.train_error);
  EXPECT_TRUE(confirmed(zeros, data));
  data.entries.value[5] = 0;
  data.row_labels = data.column_labels = {};
  try {
    fit_matrix(data, options_of(LossKind::logistic, 0.2));
    FAIL() << "three classes";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("is 0; the logistic loss expects -1 and 1"),
              std::string::npos)
        << error.what();
  }
}

MatrixData constant(Index rows, Index columns, double value) {
  return test::dense_data(Matrix::Constant(rows, columns, value));
}

TEST(LossFits, DegenerateDataAreSolvedToo) {
  struct Degenerate {
    LossKind kind;
    MatrixData data;
  };
  const std::vector<Degenerate> all = {
      {LossKind::logistic, constant(6, 4, 1)}, {LossKind::logistic, constant(6, 4, 0)},
      {LossKind::logistic, constant(1, 1, 1)}, {LossKind::poisson, constant(6, 4, 0)},
      {LossKind::poisson, constant(1, 1, 0)},  {LossKind::poisson, constant(1, 1, 0x1p50)},
      {LossKind::poisson, constant(6, 4, 3)},  {LossKind::poisson, constant(5, 3, 1e9)},
      {LossKind::huber, constant(6, 4, 2)},    {LossKind::huber, constant(1, 1, -1e-7)},
      {LossKind::huber, constant(6, 4, 0)}};
  for (const auto& [kind, data] : all)
    for (const double ratio : {0.9, 0.3, 0.01}) {
      SCOPED_TRACE(std::string(to_string(kind)) + " " + std::to_string(data.entries.value[0]) +
                   " at " + std::to_string(ratio));
      const MatrixModel model = fit_matrix(data, options_of(kind, ratio));
      EXPECT_EQ(model.status, Status::optimal) << to_string(model.stop);
      EXPECT_TRUE(confirmed(model, data));
      EXPECT_LE(model.size(), 1);  // a matrix of one value
    }
}

TEST(LossFits, RefuseWhatALossDoesNotHave) {
  test::Random random(13);
  const Matrix z = random.matrix(8, 6);
  const auto with = [&](LossKind kind, const std::function<void(MatrixFitOptions&)>& change) {
    MatrixFitOptions options = options_of(kind, 0.3);
    change(options);
    return fit_matrix(planted(kind, z, 1, random), options);
  };
  for (const LossKind kind : kinds) {
    EXPECT_THROW(with(kind, [](auto& o) { o.refit = RefitChoice::automatic; }), ArgumentError);
    EXPECT_THROW(with(kind, [](auto& o) { o.huber_threshold = -1; }), ArgumentError);
    EXPECT_THROW(with(kind, [](auto& o) { o.huber_threshold = INFINITY; }), ArgumentError);
    if (kind == LossKind::huber) continue;
    EXPECT_THROW(with(kind, [](auto& o) { o.offset = OffsetTerms::rows; }), ArgumentError);
    EXPECT_THROW(with(kind, [](auto& o) { o.huber_threshold = 1; }), ArgumentError);
  }
  EXPECT_THROW(with(LossKind::huber, [](auto& o) { o.huber_threshold = 1e-120; }), ArgumentError);
  for (const double count : {-1.0, 0x1p51, -1e-300})
    EXPECT_THROW(fit_matrix(constant(2, 2, count), options_of(LossKind::poisson, 0.3)), DataError);
  for (const double value : {0.5, 2.0, -2.0})
    EXPECT_THROW(fit_matrix(constant(2, 2, value), options_of(LossKind::logistic, 0.3)), DataError);
}

TEST(LossFits, TheCheckerRefusesChangedModelsAndData) {
  const std::vector<test::Changed> changes = {
      {"a value",
       [](MatrixModel&, MatrixData& d) { d.entries.value[7] = d.entries.value[7] == 0 ? 1 : 0; }},
      {"a value that the loss does not take",
       [](MatrixModel& m, MatrixData& d) {
         d.entries.value[7] = m.loss == LossKind::huber ? 1e9 : -3;
       }},
      {"threshold", [](MatrixModel& m, MatrixData&) { m.huber_threshold += 0.01; }},
      {"loss", [](MatrixModel& m, MatrixData&) {
         m.loss = m.loss == LossKind::poisson ? LossKind::logistic : LossKind::poisson;
       }}};
  for (const LossKind kind : kinds) {
    test::Random random(14);
    const MatrixData data = planted(kind, random.matrix(14, 2) * random.matrix(2, 11), 0.8, random);
    MatrixFitOptions options = options_of(kind, 0.2);
    options.norm_alpha = 0.5;
    const MatrixModel model = fit_matrix(data, options);
    ASSERT_TRUE(confirmed(model, data));
    test::expect_refused(test::changed_figures(), model, data, to_string(kind));
    test::expect_refused(changes, model, data, to_string(kind));
  }
}

// A model that is not optimal, with a certificate that agrees with itself.
TEST(LossFits, TheCheckerRefusesAForgedCertificate) {
  for (const LossKind kind : kinds) {
    test::Random random(15);
    const MatrixData data = planted(kind, random.matrix(14, 2) * random.matrix(2, 11), 0.8, random);
    MatrixFitOptions options = options_of(kind, 0.1);
    options.size_max = 1;
    MatrixModel model = fit_matrix(data, options);
    ASSERT_EQ(model.status, Status::bounded);
    EXPECT_TRUE(confirmed(model, data));
    test::forge_optimum(model);
    EXPECT_FALSE(confirmed(model, data)) << to_string(kind);
  }
}

}  // namespace
}  // namespace hadal
