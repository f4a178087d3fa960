#include "hadal/model/scaled_components.hpp"

#include <gtest/gtest.h>

#include "model_support.hpp"

namespace hadal {
namespace {

TensorModel a_model() {
  TensorModel model;
  model.norms.resize(3);
  model.norms[0].nonnegative = model.norms[2].nonnegative = true;
  model.factors = {Factor::Random(4, 2).cwiseAbs(), Factor::Random(3, 2),
                   Factor::Random(5, 2).cwiseAbs()};
  return model;
}

/// Every element of component c.
double element(const std::vector<Factor>& factors, Index c, Index i, Index j, Index k) {
  return factors[0](i, c) * factors[1](j, c) * factors[2](k, c);
}

TEST(ScaledComponents, SumToOneWhereTheyMustNotBeNegative) {
  const TensorModel model = a_model();
  const ScaledComponents scaled = scaled_components(model, ComponentScale::simplex);
  ASSERT_EQ(scaled.weight.size(), 2);
  for (Index c = 0; c < 2; ++c) {
    EXPECT_NEAR(scaled.factors[0].col(c).sum(), 1, 1e-14);
    EXPECT_NEAR(scaled.factors[1].col(c).norm(), 1, 1e-14);
    EXPECT_NEAR(scaled.factors[2].col(c).sum(), 1, 1e-14);
    EXPECT_NEAR(scaled.weight[c] * element(scaled.factors, c, 3, 2, 1),
                element(model.factors, c, 3, 2, 1), 1e-14);
  }
}

TEST(ScaledComponents, AreOfLengthOneOtherwiseAndThoseOfTheRefit) {
  TensorModel model = a_model();
  TensorRefit refit;
  refit.factors = {Factor::Ones(4, 1), Factor::Ones(3, 1), Factor::Ones(5, 1)};
  model.refit = refit;
  const ScaledComponents scaled = scaled_components(model, ComponentScale::unit);
  ASSERT_EQ(scaled.weight.size(), 1);
  EXPECT_NEAR(scaled.weight[0], std::sqrt(60.0), 1e-14);
  EXPECT_NEAR(scaled.factors[0](0, 0), 0.5, 1e-15);
}

TEST(ScaledComponents, OfZerosStayZeros) {
  TensorModel model = a_model();
  model.factors[2].col(1).setZero();
  const ScaledComponents scaled = scaled_components(model, ComponentScale::simplex);
  EXPECT_EQ(scaled.weight[1], 0);
  EXPECT_TRUE(scaled.factors[2].col(1).isZero(0));
}

}  // namespace
}  // namespace hadal
