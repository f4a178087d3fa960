#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "hadal/fit/matrix_fit.hpp"
#include "hadal/verify/verify.hpp"
#include "math/dictionary_support.hpp"
#include "math/support.hpp"

/// What the checker says of models whose dictionary was changed after the fit.
namespace hadal {
namespace {

struct Fitted {
  MatrixData data;
  MatrixModel model;
};

Fitted fitted(const Dictionary& u, const Dictionary& v, const FactorNorm& norm_u = {}) {
  test::Random random(21);
  const Matrix y = random.matrix(12, 10);
  Fitted result;
  result.data.entries = test::sampled_entries(y, 0.8, random);
  MatrixFitOptions options = test::plain_options(0.3);
  options.threads = 1;
  options.tolerance = norm_u.plain() ? 1e-6 : 1e-4;
  options.norm_u = norm_u;
  options.dictionary_u = u;
  options.dictionary_v = v;
  result.model = fit_matrix(result.data, options);
  return result;
}

verify::Report report_on(const Fitted& f) {
  verify::Options options;
  options.threads = 1;
  return verify::verify_matrix(f.model, f.data, options);
}

Factor features(unsigned seed, Index rows, Index elements) {
  test::Random random(seed);
  return random.matrix(rows, elements);
}

FactorNorm nonnegative() {
  FactorNorm norm;
  norm.nonnegative = true;
  return norm;
}

TEST(DictionaryMutation, EveryEntryOfADictionaryMatters) {
  const Factor a = features(1, 12, 4), b = features(2, 10, 3);
  for (const FactorNorm& norm : {FactorNorm{}, nonnegative()}) {
    const Fitted good = fitted(Dictionary(a), Dictionary(b), norm);
    ASSERT_GT(good.model.size(), 0);
    ASSERT_TRUE(report_on(good).confirmed);
    for (Index k = 0; k < a.size(); ++k) {
      Fitted changed = good;
      Factor other = a;
      other.data()[k] += 1e-3;
      changed.model.dictionary_u = Dictionary(other);
      EXPECT_FALSE(report_on(changed).confirmed) << k;
    }
    for (Index k = 0; k < b.size(); ++k) {
      Fitted changed = good;
      Factor other = b;
      other.data()[k] *= 1.001;
      changed.model.dictionary_v = Dictionary(other);
      EXPECT_FALSE(report_on(changed).confirmed) << k;
    }
  }
}

TEST(DictionaryMutation, ABasisMatters) {
  const Fitted good =
      fitted(Dictionary(DictionaryKind::dct, 12, 6), Dictionary(DictionaryKind::fourier, 10, 5));
  ASSERT_TRUE(report_on(good).confirmed);
  Fitted changed = good;
  changed.model.dictionary_u = Dictionary(DictionaryKind::fourier, 12, 6);
  EXPECT_FALSE(report_on(changed).confirmed);
  changed = good;
  changed.model.dictionary_v = Dictionary(DictionaryKind::dct, 10, 5);
  EXPECT_FALSE(report_on(changed).confirmed);
}

/// Elements that the model does not use leave its objective alone and its residual, but an atom of
/// theirs may collect more than lambda: the gap that is found is that of the larger problem.
TEST(DictionaryMutation, UnusedElementsOpenTheTrueGap) {
  const Fitted good = fitted(Dictionary(DictionaryKind::dct, 12, 3), Dictionary());
  ASSERT_TRUE(report_on(good).confirmed);
  Fitted changed = good;
  changed.model.dictionary_u = Dictionary(DictionaryKind::dct, 12, 12);
  changed.model.u = Factor::Zero(12, good.model.size());
  changed.model.u.topRows(3) = good.model.u;
  const verify::Report report = report_on(changed);
  EXPECT_FALSE(report.confirmed);
  EXPECT_NEAR(report.found.objective, good.model.certificate.objective,
              1e-9 * good.model.certificate.objective);
  EXPECT_EQ(report.status, Status::bounded);
  EXPECT_GT(report.found.relative_gap, 1e-3);
  MatrixFitOptions options = test::plain_options(1);
  options.lambda = {LambdaChoice::Kind::absolute, good.model.lambda};
  options.threads = 1;
  options.dictionary_u = changed.model.dictionary_u;
  const double least = fit_matrix(good.data, options).certificate.objective;
  EXPECT_LT(least, report.found.objective * (1 - 1e-3)) << "there is a gap to find";
  EXPECT_LE(report.found.lower_bound, least * (1 + 1e-12)) << "and it is not understated";
}

/// A forged certificate of a model that is not optimal.
TEST(DictionaryMutation, AForgedCertificateIsRefused) {
  Fitted forged = fitted(Dictionary(features(3, 12, 4)), Dictionary());
  forged.model.u.col(0) *= 1.05;
  forged.model.v.col(0) *= 1.05;
  const verify::Report honest = report_on(forged);
  EXPECT_FALSE(honest.confirmed);
  Certificate& claim = forged.model.certificate;
  claim.objective = honest.found.objective;
  claim.gap = 1e-9 * claim.objective;
  claim.lower_bound = claim.objective - claim.gap;
  claim.relative_gap = 1e-9;
  claim.polar_bound = forged.model.lambda;
  claim.dual_scale = 1;
  const verify::Report report = report_on(forged);
  EXPECT_FALSE(report.confirmed);
  EXPECT_GT(report.found.relative_gap, 1e-6);
}

TEST(DictionaryMutation, FiguresOfAnotherSizeAreRefused) {
  const Fitted good = fitted(Dictionary(features(4, 12, 4)), Dictionary());
  const std::vector<std::function<void(MatrixModel&)>> mistakes = {
      [](MatrixModel& m) { m.dictionary_u = Dictionary(features(4, 12, 3)); },
      [](MatrixModel& m) { m.dictionary_u = Dictionary(features(4, 11, 4)); },
      [](MatrixModel& m) { m.dictionary_u = {}; },
      [](MatrixModel& m) {
        m.norm = {1, Vector::Ones(12), Vector::Ones(10)};
      }};
  for (const auto& mistake : mistakes) {
    Fitted changed = good;
    mistake(changed.model);
    EXPECT_ANY_THROW(report_on(changed));
  }
}

}  // namespace
}  // namespace hadal
