#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "hadal/error.hpp"
#include "hadal/fit/category_scores.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/verify/verify.hpp"
#include "math/changed_claims.hpp"
#include "math/plain_multinomial.hpp"

// Fits of categories, against a plain solver, closed forms, the logistic fit, and the checker.
namespace hadal {
namespace {

using test::confirmed;
using test::PlainMultinomial;
using test::planted_categories;

MatrixFitOptions options_of(double ratio) {
  MatrixFitOptions options = test::plain_options(ratio);
  options.loss = LossKind::multinomial;
  options.threads = 1;
  return options;
}

void add_weights(MatrixData& data, test::Random& random) {
  for (Index k = 0; k < data.entries.size(); ++k)
    data.entries.weight.push_back(std::pow(10, random.uniform(-1, 1)));
}

TEST(MultinomialFit, AgreesWithAPlainSolverAndTheChecker) {
  int solved = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    test::Random random(seed);
    const Index rows = random.integer(1, 10), columns = random.integer(1, 6);
    MatrixData data =
        planted_categories(rows, columns, random.integer(2, 5), random.chance(0.3) ? 1 : 0.7,
                           random.uniform(0.2, 2), random);
    if (random.chance(0.4)) add_weights(data, random);
    MatrixFitOptions options = options_of(std::pow(10, random.uniform(-1.7, 0)));
    options.norm_alpha = random.chance(0.4) ? random.uniform(0, 1) : 0;
    options.proof = random.chance(0.3) ? ProofChoice::probabilistic : ProofChoice::automatic;
    options.categories = {1, 2, 3, 4, 5};  // some may not occur
    if (data.entries.size() == 0) continue;
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_TRUE(confirmed(model, data));
    ASSERT_EQ(model.status, Status::optimal) << to_string(model.stop);
    ASSERT_EQ(model.columns(), columns);

    const PlainMultinomial plain(data.entries, model);
    const double claimed = model.certificate.objective;
    EXPECT_NEAR(plain.objective(test::low_rank(model)), claimed, 1e-10 * claimed);
    const double slow = plain.solve(3000);
    EXPECT_LE(model.certificate.lower_bound, slow * (1 + 1e-12));  // no false bound
    EXPECT_NEAR(claimed, slow, 3e-6 * claimed);
    ++solved;
  }
  EXPECT_GT(solved, 30);
}

// From lambda_max on Z = 0, where every category has probability 1 / C.
TEST(MultinomialFit, VanishesFromLambdaMaxOn) {
  test::Random random(5);
  MatrixData data = planted_categories(20, 15, 4, 0.7, 1, random);
  add_weights(data, random);
  const MatrixModel at = fit_matrix(data, options_of(1));
  double weight = 0;
  for (const double w : data.entries.weight) weight += w;
  EXPECT_EQ(at.size(), 0);
  EXPECT_EQ(at.status, Status::optimal);
  EXPECT_NEAR(at.certificate.objective, weight * std::log(4), 1e-13 * weight);
  EXPECT_NEAR(at.train_error, std::log(4), 1e-14);
  const PlainMultinomial plain(data.entries, at);
  EXPECT_NEAR(plain.polar(Matrix::Zero(20, 60)), at.lambda_max, 1e-9 * at.lambda_max);
  EXPECT_EQ(fit_matrix(data, options_of(0.98)).size(), 1);
  EXPECT_TRUE(confirmed(at, data));
}

// Two scores matter by their difference D alone, and of all Z with that difference Z = D (x) (1,
// -1) / 2 has the smallest nuclear norm, ||D||_* / sqrt(2): projecting the rows of Z on (1, -1) /
// sqrt(2) does not raise it. So lambda on two scores is lambda / sqrt(2) on a logistic D.
TEST(MultinomialFit, OfTwoCategoriesIsLogistic) {
  test::Random random(6);
  MatrixData data = planted_categories(25, 20, 2, 0.6, 1.5, random);
  add_weights(data, random);
  MatrixFitOptions options = options_of(0.2);
  options.tolerance = 1e-10;
  const MatrixModel two = fit_matrix(data, options);
  for (double& value : data.entries.value) value -= 1;  // 2 becomes the class 1
  options.loss = LossKind::logistic;
  options.lambda = {LambdaChoice::Kind::absolute, two.lambda / std::sqrt(2), 0, false};
  const MatrixModel logistic = fit_matrix(data, options);
  const double objective = logistic.certificate.objective;
  EXPECT_NEAR(two.certificate.objective, objective, 1e-9 * objective);
  EXPECT_NEAR(two.lambda_max, std::sqrt(2) * logistic.lambda_max, 1e-9 * two.lambda_max);
  EXPECT_EQ(two.size(), logistic.size());
  const Matrix z = test::low_rank(two), d = test::low_rank(logistic);
  for (Index i = 0; i < d.rows(); ++i)
    for (Index j = 0; j < d.cols(); ++j) {
      EXPECT_NEAR(z(i, 2 * j), -z(i, 2 * j + 1), 1e-3);
      EXPECT_NEAR(z(i, 2 * j + 1) - z(i, 2 * j), d(i, j), 1e-3);
      EXPECT_NEAR(category_probabilities(two, i, j)[1], predict_entry(logistic, i, j), 1e-3);
    }
}

TEST(MultinomialFit, GoesWithStructuredNorms) {
  test::Random random(7);
  const MatrixData data = planted_categories(12, 6, 3, 0.8, 1.5, random);
  struct Norms {
    const char *u, *v;
    bool nonnegative_u, nonnegative_v;
  };
  for (const Norms& norms : {Norms{"l2", "l1", false, false}, Norms{"l2", "l2", true, true},
                             Norms{"l1 + l2", "l1 + 0.5*l2", true, false}}) {
    MatrixFitOptions options = options_of(0.3);
    options.norm_u = parse_norm(norms.u);
    options.norm_v = parse_norm(norms.v);
    options.norm_u.nonnegative = norms.nonnegative_u;
    options.norm_v.nonnegative = norms.nonnegative_v;
    options.tolerance = 1e-4;
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_GT(model.size(), 0);
    EXPECT_LT(model.certificate.relative_gap, 0.1) << norms.u << ", " << norms.v;
    EXPECT_LT(model.train_error, std::log(3));
    EXPECT_TRUE(confirmed(model, data));
  }
}

// With u free and an l1 norm on v the gauge is the sum of the lengths of Z's columns: a group
// lasso, whose optimality is read off each column's gradient.
TEST(MultinomialFit, L1OnTheScoresIsAGroupLassoOfColumns) {
  test::Random random(8);
  const MatrixData data = planted_categories(9, 5, 3, 1, 1.5, random);
  MatrixFitOptions options = options_of(0.4);
  options.norm_v = parse_norm("l1");
  options.tolerance = 1e-7;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  const Matrix z = test::low_rank(model);
  const Matrix g = PlainMultinomial(data.entries, model).gradient(z);
  for (Index j = 0; j < z.cols(); ++j) {
    EXPECT_LE(g.col(j).norm(), model.lambda * (1 + 1e-4));
    if (z.col(j).norm() < 1e-3) continue;
    EXPECT_NEAR(-g.col(j).dot(z.col(j)), model.lambda * z.col(j).norm(),
                1e-2 * model.lambda * z.col(j).norm());
  }
}

TEST(MultinomialFit, TakesFeaturesOfTheRows) {
  test::Random random(9);
  const MatrixData data = planted_categories(30, 8, 3, 0.7, 1, random);
  MatrixFitOptions options = options_of(0.3);
  options.dictionary_u = Dictionary(Factor(random.matrix(30, 4)));
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_EQ(model.rows(), 30);
  EXPECT_EQ(model.columns(), 8);
  EXPECT_TRUE(confirmed(model, data));
}

TEST(MultinomialFit, CrossValidationPredictsBetterThanNothing) {
  test::Random random(11);
  const MatrixData data = planted_categories(60, 30, 3, 0.7, 1.5, random);
  MatrixFitOptions options = options_of(1);
  options.lambda = {};
  options.lambda.folds = 3;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_GT(model.size(), 0);
  EXPECT_LT(model.validation_error, 0.9 * std::log(3));
  EXPECT_LT(model.train_error, model.validation_error);
  EXPECT_TRUE(confirmed(model, data));
}

// The train error, the probabilities and the prediction are those of one and the same softmax.
TEST(MultinomialFit, PredictsTheMostProbableCategory) {
  test::Random random(12);
  MatrixData data = planted_categories(40, 12, 3, 0.8, 2, random);
  const std::vector<double> names = {-7, 0, 1000};
  for (double& value : data.entries.value) value = names[static_cast<std::size_t>(value) - 1];
  MatrixFitOptions options = options_of(0.1);
  options.norm_alpha = 0.3;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.categories, (std::vector<std::int64_t>{-7, 0, 1000}));
  const Factor all = predict_all(model);
  double loss = 0, right = 0;
  for (Index k = 0; k < data.entries.size(); ++k) {
    const Index i = data.entries.row[k], j = data.entries.column[k];
    const Vector p = category_probabilities(model, i, j);
    EXPECT_NEAR(p.sum(), 1, 1e-14);
    Index top = 0;
    p.maxCoeff(&top);
    EXPECT_EQ(all(i, j), static_cast<double>(model.categories[static_cast<std::size_t>(top)]));
    EXPECT_EQ(predict_entry(model, i, j), all(i, j));
    EXPECT_EQ(predict_row(model, i)[j], all(i, j));
    loss -= std::log(p[find_category(model.categories, data.entries.value[k])]);
    right += data.entries.value[k] == all(i, j);
  }
  EXPECT_NEAR(loss / static_cast<double>(data.entries.size()), model.train_error, 1e-12);
  EXPECT_GT(right / static_cast<double>(data.entries.size()), 0.7);
  EXPECT_THROW(top_columns(model, 0, 3, {}), ArgumentError);
  EXPECT_THROW(category_probabilities(model, 40, 0), ArgumentError);
  EXPECT_THROW(category_probabilities(model, 0, 12), ArgumentError);
  MatrixModel logistic;
  logistic.u = Factor(2, 0);
  logistic.v = Factor(2, 0);
  EXPECT_THROW(category_probabilities(logistic, 0, 0), ArgumentError);
}

// From 262,144 scores on they are kept tile by tile. Five categories do not divide a tile of 2^n
// columns: unless borders heed them, groups fall apart and the loss refuses them.
TEST(MultinomialFit, IsRightWhereScoresAreKeptInTiles) {
  test::Random random(13);
  MatrixData data = planted_categories(500, 150, 5, 0.8, 1, random);
  data.entries.weight.assign(data.entries.value.size(), 1);
  for (double& w : data.entries.weight) w = random.uniform(0.5, 2);
  const std::vector<std::int64_t> categories = {1, 2, 3, 4, 5};
  ASSERT_TRUE(ObservedPattern(scores_of(data.entries, categories)).tiled());
  MatrixFitOptions options = options_of(0.5);
  options.threads = 0;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_GT(model.size(), 0);
  EXPECT_TRUE(confirmed(model, data));
  const PlainMultinomial plain(data.entries, model);
  const Matrix z = test::low_rank(model);
  const double penalty = model.lambda * model.u.squaredNorm();
  EXPECT_NEAR(plain.loss(z) + penalty, model.certificate.objective,
              1e-10 * model.certificate.objective);
  const Matrix g = plain.gradient(z);
  const Eigen::SelfAdjointEigenSolver<Matrix> squares(g * g.transpose(), Eigen::EigenvaluesOnly);
  const double polar = std::sqrt(squares.eigenvalues().maxCoeff());
  EXPECT_LE(polar, model.certificate.polar_bound * (1 + 1e-9));
  EXPECT_NEAR(polar, model.lambda, 1e-3 * model.lambda);
}

TEST(MultinomialFit, ResumesToTheSameAnswerAndNotForOtherCategories) {
  test::Random random(14);
  MatrixData data = planted_categories(30, 20, 3, 0.7, 1.5, random);
  const auto file = std::filesystem::temp_directory_path() /
                    ("hadal_multinomial_" + std::to_string(::getpid()) + ".h5");
  MatrixFitOptions options = options_of(0.1);
  const MatrixModel whole = fit_matrix(data, options);
  options.checkpoint = file;
  options.iteration_max = 2;
  EXPECT_EQ(fit_matrix(data, options).stop, StopReason::iteration_limit);
  options.iteration_max = 1000;
  options.checkpoint.clear();
  options.resume = file;
  const MatrixModel resumed = fit_matrix(data, options);
  EXPECT_EQ(resumed.u, whole.u);
  EXPECT_EQ(resumed.certificate.lower_bound, whole.certificate.lower_bound);
  for (double& value : data.entries.value) value += 1;
  EXPECT_THROW(fit_matrix(data, options), ArgumentError);
  std::filesystem::remove(file);
}

TEST(MultinomialFit, DegenerateDataAreSolvedToo) {
  for (const double ratio : {0.9, 0.3, 0.01})
    for (const Index size : {1, 5}) {
      const MatrixData data = test::dense_data(Matrix::Constant(size, size, 3));
      MatrixFitOptions options = options_of(ratio);
      options.categories = {3, 4, 9};
      const MatrixModel model = fit_matrix(data, options);
      EXPECT_EQ(model.status, Status::optimal) << to_string(model.stop);
      EXPECT_TRUE(confirmed(model, data));
      EXPECT_EQ(model.size(), 1);
    }
}

TEST(MultinomialFit, RefusesWhatItDoesNotHave) {
  test::Random random(15);
  const MatrixData data = planted_categories(8, 6, 3, 1, 1, random);
  const std::vector<std::function<void(MatrixFitOptions&)>> mistakes = {
      [](auto& o) { o.refit = RefitChoice::automatic; },
      [](auto& o) { o.offset_policy = OffsetPolicy::free; },
      [](auto& o) { o.offset = OffsetTerms::global; },
      [](auto& o) { o.huber_threshold = 1; },
      [](auto& o) { o.dictionary_v = Dictionary(DictionaryKind::dct, 6, 3); },
      [](auto& o) {
        o.norm_v = parse_norm("l2 + tv(chain)");
        o.norm_v.graph = lattice(GraphKind::chain, {6, 1, 1});
      },
      [](auto& o) { o.categories = {1}; },
      [](auto& o) {
        o.categories = {1, 3, 2};
      },
      [](auto& o) {
        o.categories = {1, 2, 2, 3};
      },
      [](auto& o) {
        for (std::int64_t c = 0; c < 101; ++c) o.categories.push_back(c);
      },
      [](auto& o) {
        o.categories = {1, 2, 3}, o.loss = LossKind::squared;
      }};
  for (const auto& mistake : mistakes) {
    MatrixFitOptions options = options_of(0.3);
    mistake(options);
    EXPECT_THROW(fit_matrix(data, options), ArgumentError);
  }
  MatrixData picture = data;
  picture.picture = PictureShape{8, 6, 1, 8};
  EXPECT_THROW(fit_matrix(picture, options_of(0.3)), ArgumentError);
  picture.picture.reset();
  picture.movie = MovieShape{2, 3};
  EXPECT_THROW(fit_matrix(picture, options_of(0.3)), ArgumentError);

  const auto refused = [&](const std::function<void(MatrixData&, MatrixFitOptions&)>& change) {
    MatrixData bad = data;
    MatrixFitOptions options = options_of(0.3);
    change(bad, options);
    EXPECT_THROW(fit_matrix(bad, options), DataError);
  };
  refused([](MatrixData& d, auto&) { d.entries.value[3] = 1.5; });
  refused([](MatrixData& d, auto&) { d.entries.value[3] = 0x1p60; });
  refused([](MatrixData& d, auto&) { d.entries.value.assign(d.entries.value.size(), 4); });
  refused([](auto&, MatrixFitOptions& o) { o.categories = {1, 2}; });
  refused([](MatrixData& d, auto&) { d.entries = {8, 6, {}, {}, {}, {}}; });
  const Matrix many = Matrix::NullaryExpr(1, 101, [](Index, Index j) { return double(j); });
  EXPECT_THROW(fit_matrix(test::dense_data(many), options_of(0.3)), DataError);
}

TEST(MultinomialFit, TheCheckerRefusesChangedModelsAndData) {
  const std::vector<test::Changed> changes = {
      {"a factor of scores", [](MatrixModel& m, MatrixData&) { m.v(4, 0) += 0.01; }},
      {"scores exchanged", [](MatrixModel& m, MatrixData&) { m.v.row(3).swap(m.v.row(4)); }},
      {"a category of the model", [](MatrixModel& m, MatrixData&) { m.categories[2] = 9; }},
      {"a repeated category", [](MatrixModel& m, MatrixData&) { m.categories[1] = 1; }},
      {"categories in another order",
       [](MatrixModel& m, MatrixData&) { std::swap(m.categories[0], m.categories[1]); }},
      {"a value",
       [](MatrixModel&, MatrixData& d) { d.entries.value[7] = d.entries.value[7] == 1 ? 2 : 1; }},
      {"a value that is no category", [](MatrixModel&, MatrixData& d) { d.entries.value[7] = 5; }},
      {"a weight", [](MatrixModel&, MatrixData& d) { d.entries.weight[7] *= 1.01; }},
      {"threshold", [](MatrixModel& m, MatrixData&) { m.huber_threshold = 0.01; }}};
  test::Random random(16);
  MatrixData data = planted_categories(14, 8, 3, 0.8, 1.5, random);
  add_weights(data, random);
  MatrixFitOptions options = options_of(0.2);
  options.norm_alpha = 0.5;
  const MatrixModel model = fit_matrix(data, options);
  ASSERT_TRUE(confirmed(model, data));
  test::expect_refused(test::changed_figures(), model, data, "multinomial");
  test::expect_refused(changes, model, data, "multinomial");
  // Other shapes and losses are no claim about these data at all.
  const std::vector<test::Changed> misshapen = {
      {"loss", [](MatrixModel& m, MatrixData&) { m.loss = LossKind::logistic; }},
      {"no categories", [](MatrixModel& m, MatrixData&) { m.categories.clear(); }},
      {"one more category", [](MatrixModel& m, MatrixData&) { m.categories.push_back(4); }},
      {"a dictionary of the columns", [](MatrixModel& m, MatrixData&) {
         m.dictionary_v = Dictionary(DictionaryKind::dct, 24, 24);
       }}};
  for (const auto& [what, change] : misshapen) {
    MatrixModel changed_model = model;
    MatrixData changed_data = data;
    change(changed_model, changed_data);
    EXPECT_THROW(verify::verify_matrix(changed_model, changed_data), ModelError) << what;
  }
}

// A model that is not optimal, with a certificate that agrees with itself.
TEST(MultinomialFit, TheCheckerRefusesAForgedCertificate) {
  test::Random random(17);
  const MatrixData data = planted_categories(14, 8, 3, 0.8, 1.5, random);
  MatrixFitOptions options = options_of(0.1);
  options.size_max = 1;
  MatrixModel model = fit_matrix(data, options);
  ASSERT_EQ(model.status, Status::bounded);
  EXPECT_TRUE(confirmed(model, data));
  test::forge_optimum(model);
  EXPECT_FALSE(confirmed(model, data));
}

}  // namespace
}  // namespace hadal
