#include "hadal/network/activation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hadal/error.hpp"
#include "hidden_unit_support.hpp"

namespace hadal {
namespace {

const std::vector<std::string> all = {"linear", "relu", "leaky:0.2", "abs", "square", "maxout:3"};

class EveryActivation : public testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, IsHomogeneousOfItsDegree) {
  const Activation act = Activation::from_string(GetParam());
  test::Draws draws(1);
  for (int trial = 0; trial < 50; ++trial) {
    const Factor in = draws.matrix(7, 4 * act.pieces);
    const double a = std::exp(2 * draws.normal());
    Factor out, scaled;
    activate(act, in, out);
    activate(act, a * in, scaled);
    EXPECT_LE((scaled - std::pow(a, act.degree()) * out).norm(), 1e-12 * scaled.norm());
  }
}

TEST_P(EveryActivation, HasTheDerivativeOfFiniteDifferences) {
  const Activation act = Activation::from_string(GetParam());
  test::Draws draws(2);
  const Factor in = draws.matrix(5, 3 * act.pieces), g = draws.matrix(5, 3);
  const Factor along = draws.matrix(5, 3 * act.pieces);
  Factor back, before, after;
  activate_backward(act, in, g, back);
  constexpr double h = 1e-6;
  activate(act, in - h * along, before);
  activate(act, in + h * along, after);
  EXPECT_NEAR(back.cwiseProduct(along).sum(), g.cwiseProduct(after - before).sum() / (2 * h), 1e-7);
}

TEST_P(EveryActivation, IsItsNameAgain) {
  EXPECT_EQ(Activation::from_string(GetParam()).to_string(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, EveryActivation, testing::ValuesIn(all));

TEST(Activation, ThatIsNotHomogeneousIsRefusedWithTheReason) {
  for (const char* name : {"sigmoid", "tanh", "softplus", "gelu"}) {
    try {
      Activation::from_string(name);
      FAIL() << name;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr(name),
                                               testing::HasSubstr("not positively homogeneous")));
    }
  }
  for (const char* text : {"", "rely", "maxout", "maxout:1", "maxout:x", "leaky:1", "leaky:-0.1",
                           "relu:2", "maxout:65"})
    EXPECT_THROW(Activation::from_string(text), ArgumentError) << text;
}

}  // namespace
}  // namespace hadal
