#include <gmock/gmock.h>

#include <cmath>

#include "hadal/error.hpp"
#include "math/tensor_fit_support.hpp"

/// Tensors of categories: a mode of scores more than the data.
namespace hadal {
namespace {

using test::at_ratio;
using test::data_of;
using test::penalty_of;

/// Of two categories the scores that cost least are opposite, a (1, -1) of length |a| sqrt(2), and
/// the logistic loss of z = 2 a has the norm |a| 2.
TEST(TensorCategories, TwoCategoriesAreTwoClasses) {
  test::Random random(21);
  const std::vector<Index> shape{5, 4, 3};
  const std::vector<Factor> truth = test::random_factors(shape, 1, random);
  const Vector signal = test::dense_tensor(truth) + 0.5 * random.vector(60);
  const Vector y = (signal.array() > 0).cast<double>();
  for (const double density : {1.0, 0.7}) {
    const TensorEntries entries =
        density < 1 ? test::sampled_tensor(shape, y, density, random) : test::full_tensor(shape, y);
    TensorFitOptions options = at_ratio(0.4, 1e-6);
    options.loss = LossKind::logistic;
    const TensorModel classes = fit_tensor(data_of(entries), options);
    options.loss = LossKind::multinomial;
    const TensorModel categories = fit_tensor(data_of(entries), options);
    ASSERT_GT(classes.size(), 0);
    EXPECT_EQ(categories.order(), 4);
    EXPECT_EQ(categories.data_shape(), shape);
    EXPECT_EQ(categories.categories, (std::vector<std::int64_t>{0, 1}));
    EXPECT_NEAR(categories.lambda_max, std::sqrt(2.0) * classes.lambda_max,
                1e-6 * classes.lambda_max);
    EXPECT_NEAR(categories.certificate.objective, classes.certificate.objective,
                1e-6 * classes.certificate.objective);
    EXPECT_NEAR(categories.train_error, classes.train_error, 1e-4);
    for (Index c = 0; c < categories.size(); ++c)
      EXPECT_NEAR(categories.factors.back().col(c).sum(), 0, 1e-4);
  }
}

/// The objective and its gradient worked out from the definition: no component gains by another
/// size, <R, w o ..> = lambda ||w|| .. for each one.
TEST(TensorCategories, ComponentsAreStationary) {
  test::Random random(22);
  const std::vector<Index> shape{6, 5, 3};
  const std::vector<Factor> truth = test::random_factors(shape, 2, random);
  const Vector signal = test::dense_tensor(truth);
  const Vector y =
      signal.unaryExpr([](double x) { return x < -0.4 ? -2.0 : (x < 0.4 ? 1.0 : 7.0); });
  TensorFitOptions options = at_ratio(0.35, 1e-8);
  options.loss = LossKind::multinomial;
  const TensorModel model = fit_tensor(data_of(test::full_tensor(shape, y)), options);
  ASSERT_GT(model.size(), 0);
  ASSERT_EQ(model.categories, (std::vector<std::int64_t>{-2, 1, 7}));
  const Vector z = test::dense_tensor(model.factors);
  Vector residual(z.size());
  double objective = 0;
  for (Index k = 0; k < y.size(); ++k) {
    const Vector p = z.segment(3 * k, 3).array().exp() / z.segment(3 * k, 3).array().exp().sum();
    const Index c = y[k] == -2 ? 0 : (y[k] == 1 ? 1 : 2);
    objective -= std::log(p[c]);
    residual.segment(3 * k, 3) = -p;
    residual[3 * k + c] += 1;
  }
  for (Index c = 0; c < model.size(); ++c) {
    std::vector<Factor> one;
    for (const Factor& factor : model.factors) one.emplace_back(factor.col(c));
    const double penalty = penalty_of(model, c);
    objective += model.lambda * penalty;
    EXPECT_NEAR(residual.dot(test::dense_tensor(one)), model.lambda * penalty,
                1e-3 * model.lambda * penalty);
  }
  EXPECT_NEAR(model.certificate.objective, objective, 1e-9 * objective);
  EXPECT_LE(model.certificate.lower_bound, objective);
  EXPECT_NE(model.status, Status::unproven);
}

TEST(TensorCategories, AreCheckedAndNamed) {
  const std::vector<Index> shape{3, 2, 2};
  const auto refusal = [&](const Vector& y, std::vector<std::int64_t> categories) {
    TensorFitOptions options = at_ratio(0.4);
    options.loss = LossKind::multinomial;
    options.categories = std::move(categories);
    try {
      fit_tensor(data_of(test::full_tensor(shape, y)), options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  Vector y = Vector::Ones(12);
  EXPECT_THAT(refusal(y, {}), testing::HasSubstr("all entries are 1"));
  y[5] = 0.5;
  EXPECT_THAT(refusal(y, {}), testing::AllOf(testing::HasSubstr("place (1, 0, 1)"),
                                             testing::HasSubstr("whole numbers")));
  y[5] = 4;
  EXPECT_THAT(refusal(y, {1, 2, 3}), testing::HasSubstr("one of 1, 2, 3"));
  EXPECT_THAT(refusal(y, {4, 1}), testing::HasSubstr("increasing"));
  EXPECT_EQ(refusal(y, {1, 2, 4}), "accepted");
  TensorEntries eight;
  eight.shape.assign(8, 1);
  eight.value = {1};
  TensorFitOptions options = at_ratio(0.4);
  options.loss = LossKind::multinomial;
  EXPECT_THROW(fit_tensor(data_of(eight), options), ArgumentError);
}

}  // namespace
}  // namespace hadal
