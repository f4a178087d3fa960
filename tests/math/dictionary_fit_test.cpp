#include <gmock/gmock.h>

#include <cmath>

#include "hadal/atom/coefficient_space.hpp"
#include "hadal/atom/structured.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/verify/verify.hpp"
#include "math/dictionary_support.hpp"
#include "math/polar_support.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

Dictionary dictionary(const Matrix& a) { return Dictionary(Factor(a)); }

/// One thread: for problems of this size a second one only waits.
MatrixFitOptions options_at(double ratio) {
  MatrixFitOptions options = test::plain_options(ratio);
  options.threads = 1;
  return options;
}

FactorNorm norm_of(const char* text, bool nonnegative = false) {
  FactorNorm norm = parse_norm(text);
  norm.nonnegative = nonnegative;
  return norm;
}

bool confirmed(const MatrixModel& model, const MatrixData& data) {
  verify::Options options;
  options.threads = 1;
  return verify::verify_matrix(model, data, options).confirmed;
}

TEST(DictionaryFit, IdentityIsNoDictionary) {
  test::Random random(1);
  const Matrix y = random.matrix(9, 7);
  MatrixData data;
  data.entries = test::sampled_entries(y, 0.7, random);
  for (const auto& [u, v] :
       {std::pair{norm_of("l2"), norm_of("l2")}, std::pair{norm_of("l2", true), norm_of("l1 + l2")},
        std::pair{norm_of("l2"), norm_of("l1")}}) {
    MatrixFitOptions options = options_at(0.3);
    options.norm_u = u;
    options.norm_v = v;
    options.tolerance = 1e-9;  // far below what is compared
    const MatrixModel without = fit_matrix(data, options);
    options.dictionary_u = dictionary(Matrix::Identity(9, 9));
    options.dictionary_v = dictionary(Matrix::Identity(7, 7));
    const MatrixModel with = fit_matrix(data, options);
    EXPECT_NEAR(with.lambda_max, without.lambda_max, 1e-10 * without.lambda_max);
    EXPECT_NEAR(with.certificate.objective, without.certificate.objective,
                1e-10 * without.certificate.objective)
        << to_string(u) << ", " << to_string(v);
    EXPECT_EQ(with.status, without.status);
    EXPECT_TRUE(confirmed(with, data));
  }
}

/// With orthonormal A and B, ||Y - A M B^T||^2 = ||Y||^2 - ||A^T Y B||^2 + ||A^T Y B - M||^2.
TEST(DictionaryFit, OrthonormalDictionariesOfFullDataAreSoftThresholding) {
  test::Random random(2);
  const Matrix y = random.matrix(20, 15);
  const MatrixData data = test::dense_data(y);
  for (const int which : {0, 1, 2}) {
    MatrixFitOptions options = options_at(0.3);
    options.tolerance = 1e-10;
    if (which != 1) options.dictionary_u = dictionary(random.orthonormal(20, 6));
    if (which == 1) options.dictionary_u = Dictionary(DictionaryKind::dct, 20, 8);
    if (which != 0) options.dictionary_v = Dictionary(DictionaryKind::fourier, 15, 9);
    const Matrix a = options.dictionary_u.times(
        Matrix::Identity(options.dictionary_u.elements(), options.dictionary_u.elements()));
    const Matrix b =
        which == 0 ? Matrix(Matrix::Identity(15, 15)) : Matrix(options.dictionary_v.matrix());
    const MatrixModel model = fit_matrix(data, options);
    const Matrix projected = a.transpose() * y * b;
    EXPECT_NEAR(model.lambda_max, test::dense_singular_values(projected)[0], 1e-10);
    const Matrix m = test::soft_thresholded(projected, model.lambda);
    EXPECT_LT((test::low_rank(model) - m).cwiseAbs().maxCoeff(), 1e-6);
    const double best = (y - a * m * b.transpose()).squaredNorm() / 2 +
                        model.lambda * test::dense_singular_values(m).sum();
    EXPECT_NEAR(model.certificate.objective, best, 1e-9 * best);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_TRUE(confirmed(model, data));
    const Factor predicted = predict_all(model);
    EXPECT_LT((predicted - Factor(a * m * b.transpose())).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_NEAR(predict_entry(model, 3, 4), predicted(3, 4), 1e-12);
    EXPECT_NEAR(top_columns(model, 2, 1, {})[0].value, predicted.row(2).maxCoeff(), 1e-12);
  }
}

/// Group shrinkage in a transform: an l1 norm on the coefficients v and a free u shrink every
/// column of Y B by its length.
TEST(DictionaryFit, L1InAnOrthonormalBasisIsGroupShrinkageOfTheTransform) {
  test::Random random(3);
  const Matrix y = random.matrix(8, 12);
  const MatrixData data = test::dense_data(y);
  MatrixFitOptions options = options_at(0.4);
  options.norm_v = norm_of("l1");
  options.tolerance = 1e-6;
  options.dictionary_v = Dictionary(DictionaryKind::dct, 12, 12);
  const MatrixModel model = fit_matrix(data, options);
  Matrix m = y * options.dictionary_v.matrix();
  EXPECT_NEAR(model.lambda_max, m.colwise().norm().maxCoeff(), 1e-9);
  double gauge = 0;
  for (Index j = 0; j < m.cols(); ++j) {
    m.col(j) *= std::max(0.0, 1 - model.lambda / m.col(j).norm());
    gauge += m.col(j).norm();
  }
  const double best =
      (y - m * options.dictionary_v.matrix().transpose()).squaredNorm() / 2 + model.lambda * gauge;
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_NEAR(model.certificate.objective, best, 1e-6 * best);
  EXPECT_LE(model.certificate.lower_bound, best * (1 + 1e-12));
  EXPECT_TRUE(confirmed(model, data));
}

/// A certificate is never false, and the optimum is that of an independent solver.
TEST(DictionaryFit, RandomProblemsAgreeWithAPlainSolverAndNoBoundIsFalse) {
  int agreed = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    test::Random random(seed);
    const Index rows = random.integer(2, 12), columns = random.integer(2, 10);
    const Index p = random.integer(1, 6), q = random.integer(1, 6);
    MatrixData data;
    data.entries =
        test::sampled_entries(random.matrix(rows, columns), random.uniform(0.5, 1), random);
    if (data.entries.size() == 0) continue;
    if (random.chance(0.4))
      for (Index k = 0; k < data.entries.size(); ++k)
        data.entries.weight.push_back(random.uniform(0.3, 3));
    const double scale = std::pow(10, random.uniform(-40, 40));
    const Matrix a = random.matrix(rows, p), b = random.matrix(columns, q);
    MatrixFitOptions options = options_at(std::pow(10, random.uniform(-1.5, 0)));
    options.dictionary_u = dictionary(scale * a);
    options.dictionary_v = dictionary(b);
    options.proof = seed % 2 == 0 ? ProofChoice::deterministic : ProofChoice::probabilistic;
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_EQ(model.status, Status::optimal) << seed;
    EXPECT_TRUE(confirmed(model, data)) << seed;
    const auto [value, bound] =
        test::inductive_problem(data.entries, a, b, model.lambda / scale).solve(20'000);
    EXPECT_LE(model.certificate.lower_bound, value * (1 + 1e-10)) << seed;
    EXPECT_GE(model.certificate.objective, bound * (1 - 1e-10)) << seed;
    agreed += value - bound <= 1e-7 * value &&
              std::abs(model.certificate.objective - value) <= 2e-6 * value;
  }
  EXPECT_GT(agreed, 50);
}

/// Structured norms: no point found from anywhere lies below the bound, also for losses with a
/// link.
TEST(DictionaryFit, StructuredNormsHaveBoundsBelowEveryPoint) {
  test::Random random(4);
  const Matrix a = random.matrix(14, 5).cwiseAbs(), b = random.matrix(11, 4);
  const Matrix y = a * random.matrix(5, 2).cwiseMax(0) * random.matrix(2, 4) * b.transpose();
  MatrixData data;
  data.entries = test::sampled_entries(y + 0.3 * random.matrix(14, 11), 0.8, random);
  for (const LossKind loss : {LossKind::squared, LossKind::huber, LossKind::logistic})
    for (const auto& [u, v] : {std::pair{norm_of("l2", true), norm_of("l2")},
                               std::pair{norm_of("0.5*l1 + l2"), norm_of("l2")},
                               std::pair{norm_of("l2", true), norm_of("l1 + l2", true)}}) {
      MatrixData own = data;
      if (loss == LossKind::logistic)
        for (double& value : own.entries.value) value = value > 0 ? 1 : -1;
      MatrixFitOptions options = options_at(0.3);
      options.loss = loss;
      options.norm_u = u;
      options.norm_v = v;
      options.tolerance = 1e-4;
      options.dictionary_u = dictionary(a);
      options.dictionary_v = dictionary(b);
      const MatrixModel model = fit_matrix(own, options);
      EXPECT_GT(model.size(), 0);
      EXPECT_NE(model.status, Status::unproven);
      EXPECT_TRUE(confirmed(model, own)) << to_string(u) << ", " << to_string(v);
      options.seed = 5;
      options.tolerance = 1e-7;
      options.proof = ProofChoice::none;
      const double other = fit_matrix(own, options).certificate.objective;
      EXPECT_GE(other, model.certificate.lower_bound * (1 - 1e-12));
    }
}

/// The polar of Q for (A u)(B v)^T, u, v >= 0, is that of A^T Q B by exhaustive search.
TEST(DictionaryFit, PolarBoundsAreNeverBelowExhaustiveSearch) {
  test::Random random(5);
  for (int trial = 0; trial < 60; ++trial) {
    const Index rows = random.integer(2, 8), columns = random.integer(2, 8);
    const Matrix a = random.matrix(rows, random.integer(1, 5));
    const Matrix b = random.matrix(columns, random.integer(1, 5));
    const Entries entries = test::sampled_entries(random.matrix(rows, columns), 0.8, random);
    if (entries.size() == 0) continue;
    const ObservedPattern pattern(entries);
    const Vector q = random.vector(pattern.observed());
    const bool u = trial % 2 == 0, v = trial % 3 != 0;
    const CoefficientSpace space(pattern, dictionary(a),
                                 trial % 5 == 0 ? Dictionary() : dictionary(b));
    const Matrix right = trial % 5 == 0 ? Matrix(Matrix::Identity(columns, columns)) : b;
    const double exact =
        test::exhaustive_polar(a.transpose() * test::dense(pattern, q) * right, u, v);
    PolarRequest request;
    request.lambda = 0.5 * exact;
    request.atoms_max = 3;
    double bound = 0, search = 0;
    const auto of = [&](const auto& family) {
      search = family.polar(q, family.empty(), request).value;
      request.estimate = search;
      request.proof = Proof::deterministic;
      bound = family.polar(q, family.empty(), request).bound.value;
    };
    if (u || v)
      of(StructuredFamily(space, test::l2_norm(u), test::l2_norm(v)));
    else
      of(RankOneFamily(space));
    EXPECT_GE(bound, exact * (1 - 1e-12)) << trial;
    EXPECT_LE(search, exact * (1 + 1e-9)) << trial;
    EXPECT_GE(search, exact * 0.999) << trial;
    if (!u && !v) {
      EXPECT_LE(bound, exact * (1 + 1e-5));
    }
  }
}

/// Adjoint of the lift, entry by entry, and a bound on its rounding.
TEST(DictionaryFit, PullIsTheAdjointOfTheLift) {
  test::Random random(6);
  const Entries entries = test::sampled_entries(random.matrix(30, 20), 0.5, random);
  const ObservedPattern pattern(entries);
  const Matrix a = random.matrix(30, 17), b = random.matrix(20, 3);
  const Vector q = random.vector(pattern.observed());
  const Matrix dense = test::dense(pattern, q);
  const auto difference = [&](const CoefficientSpace& space, const Matrix& expected) {
    EXPECT_EQ(space.pattern().observed(), expected.size());
    return (test::dense(space.pattern(), space.pull(q)) - expected).norm();
  };
  EXPECT_LT(difference({pattern, dictionary(a), dictionary(b)}, a.transpose() * dense * b), 1e-12);
  EXPECT_LT(difference({pattern, dictionary(a), {}}, a.transpose() * dense), 1e-12);
  EXPECT_LT(difference({pattern, {}, dictionary(b)}, dense * b), 1e-12);
  const CoefficientSpace space(pattern, dictionary(a), dictionary(b));
  EXPECT_GT(space.pull_error(q), difference(space, a.transpose() * dense * b));
  EXPECT_LT(space.pull_error(q), 1e-10);
  Factor u = random.matrix(17, 2), g = random.matrix(30, 2);
  const Factor coefficients = u, image = g;
  space.lift_rows(u);
  space.pull_rows(g);
  EXPECT_NEAR(u.cwiseProduct(image).sum(), coefficients.cwiseProduct(g).sum(), 1e-12);
}

/// Features of rows and columns find a matrix from entries that say almost nothing by themselves.
TEST(DictionaryFit, SideInformationRecoversFromFarFewerEntries) {
  test::Random random(7);
  const Matrix a = random.matrix(80, 6), b = random.matrix(60, 5);
  const Matrix truth = a * random.matrix(6, 2) * random.matrix(2, 5) * b.transpose();
  MatrixData data;
  data.entries = test::sampled_entries(truth, 0.05, random);  // 240 of 4800, rank 2: 276 unknowns
  const auto error = [&](const MatrixModel& model) {
    return (predict_all(model) - Factor(truth)).norm() / truth.norm();
  };
  for (const double ratio : {0.5, 0.2, 0.05}) {
    MatrixFitOptions options = options_at(ratio);
    options.tolerance = 1e-3;
    EXPECT_GT(error(fit_matrix(data, options)), 0.3) << ratio;
  }
  MatrixFitOptions options = options_at(1e-4);
  options.dictionary_u = dictionary(a);
  options.dictionary_v = dictionary(b);
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(confirmed(model, data));
  EXPECT_LT(error(model), 1e-2);
}

TEST(DictionaryFit, ColumnsOfVeryDifferentSizeDoNoHarm) {
  test::Random random(8);
  Matrix a = random.matrix(30, 4);
  a.col(0) *= 1e6;
  a.col(3) *= 1e-6;
  MatrixData data;
  data.entries = test::sampled_entries(random.matrix(30, 25), 0.6, random);
  MatrixFitOptions options = options_at(0.05);
  options.dictionary_u = dictionary(a);
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(confirmed(model, data));
}

TEST(DictionaryFit, FreeOffsetsRefitsAndCrossValidationGoWithPlainNorms) {
  test::Random random(9);
  const Matrix a = random.matrix(40, 5);
  const Matrix y = a * random.matrix(5, 2) * random.matrix(2, 30);
  MatrixData data;
  data.entries =
      test::sampled_entries((y + 0.5 * random.matrix(40, 30)).array() + 3.0, 0.5, random);
  MatrixFitOptions options;
  options.threads = 1;
  options.dictionary_u = dictionary(a);
  options.offset = OffsetTerms::both;
  options.offset_policy = OffsetPolicy::free;
  options.refit = RefitChoice::automatic;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(confirmed(model, data));
  EXPECT_FALSE(model.path.empty());
  EXPECT_LT((predict_all(model) - Factor(y.array() + 3.0)).norm() / y.norm(), 0.25);
  MatrixFitOptions without = options;
  without.dictionary_u = {};
  EXPECT_LT(model.validation_error, fit_matrix(data, without).validation_error);
}

TEST(DictionaryFit, OneElementAndMoreElementsThanRowsWork) {
  test::Random random(10);
  const MatrixData data = test::dense_data(random.matrix(4, 3));
  for (const bool nonnegative : {false, true})
    for (const Index elements : {1, 9}) {
      MatrixFitOptions options = options_at(0.2);
      options.tolerance = 1e-4;
      options.norm_u.nonnegative = nonnegative;
      options.dictionary_u = dictionary(random.matrix(4, elements));
      options.dictionary_v = dictionary(random.matrix(3, elements));
      const MatrixModel model = fit_matrix(data, options);
      EXPECT_NE(model.status, Status::unproven);
      EXPECT_TRUE(confirmed(model, data)) << elements << nonnegative;
    }
}

TEST(DictionaryFit, MistakesAreRefused) {
  test::Random random(11);
  const MatrixData data = test::dense_data(random.matrix(6, 5));
  const auto refused = [&](MatrixFitOptions options, const char* part) {
    try {
      fit_matrix(data, options);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(part));
    }
  };
  MatrixFitOptions wrong = options_at(0.5);
  wrong.dictionary_u = dictionary(random.matrix(5, 2));
  refused(wrong, "5 rows was given for the factor u; expected 6");
  wrong = options_at(0.5);
  wrong.dictionary_v = dictionary(random.matrix(6, 2));
  refused(wrong, "expected 5, one for each column");
  wrong = options_at(0.5);
  wrong.dictionary_u = dictionary(random.matrix(6, 2));
  wrong.norm_alpha = 0.5;
  refused(wrong, "counts");
  wrong.norm_alpha = 0;
  wrong.norm_u = norm_of("l2 + tv(chain)");
  wrong.norm_u.graph = lattice(GraphKind::chain, {6, 1, 1});
  refused(wrong, "graph of 6 vertices");
  wrong.norm_u.graph = lattice(GraphKind::chain, {2, 1, 1});
  EXPECT_TRUE(confirmed(fit_matrix(data, wrong), data));
}

}  // namespace
}  // namespace hadal
