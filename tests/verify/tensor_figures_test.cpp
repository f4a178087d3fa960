#include <gtest/gtest.h>

#include <cmath>

#include "hadal/error.hpp"
#include "verify/exact_tensor.hpp"

/// The checker's figures of tensor models against plain loops in extended precision.
namespace hadal {
namespace {

using test::TensorClaim;

const verify::Check& check_named(const verify::Report& report, const std::string& name) {
  for (const verify::Check& check : report.checks)
    if (check.name == name) return check;
  throw std::runtime_error("no check is named " + name);
}

TensorClaim random_claim(const std::vector<Index>& shape, Index size, double density,
                         test::Random& random, bool weighted = false) {
  TensorClaim claim;
  claim.model.factors = test::random_factors(shape, size, random);
  claim.model.norms.resize(shape.size());
  for (FactorNorm& norm : claim.model.norms) {
    norm.l1 = random.chance(0.5) ? random.uniform(0.1, 2) : 0;
    norm.l2 = random.uniform(0.1, 2);
  }
  claim.model.norms[0].tv = 0.5;
  claim.model.norms[0].graph = lattice(GraphKind::chain, {shape[0], 1, 1});
  claim.model.lambda = random.uniform(0.1, 2);
  const Vector y = random.vector(test::product_of(shape));
  claim.data.entries =
      density < 1 ? test::sampled_tensor(shape, y, density, random) : test::full_tensor(shape, y);
  if (weighted)
    for (Index k = 0; k < claim.data.entries.size(); ++k)
      claim.data.entries.weight.push_back(random.uniform(0.1, 3));
  return claim;
}

TEST(TensorFigures, AreThoseOfPlainLoops) {
  test::Random random(1);
  const std::vector<std::vector<Index>> shapes{{4, 3},    {3, 4, 5},       {2, 3, 4, 3},
                                               {1, 5, 3}, {2, 2, 3, 2, 2}, {2, 1, 2, 3, 2, 2}};
  for (const auto& shape : shapes)
    for (const double density : {1.0, 0.4})
      for (const bool weighted : {false, true})
        for (const Index size : {0, 1, 3}) {
          TensorClaim claim = random_claim(shape, size, density, random, weighted);
          if (size == 3) {
            claim.model.loss = LossKind::huber;
            claim.model.huber_threshold = 0.7;
          }
          test::make_claim(claim, 3, TensorSplit{1, 0});
          const verify::Report report = verify::verify_tensor(claim.model, claim.data);
          for (const char* name :
               {"objective", "train error", "lower bound at the claimed dual scale"}) {
            const verify::Check& check = check_named(report, name);
            EXPECT_NEAR(check.claimed, check.found, 1e-13 * (1 + std::abs(check.claimed))) << name;
          }
          // The objective is rounded up, never below the exact one.
          EXPECT_GE(check_named(report, "objective").found, claim.model.certificate.objective);
        }
}

TEST(TensorFigures, OfLossesWithALinkAreThoseOfPlainLoops) {
  test::Random random(2);
  for (const LossKind loss : {LossKind::logistic, LossKind::poisson})
    for (const double density : {1.0, 0.5}) {
      TensorClaim claim = random_claim({3, 4, 3}, 2, density, random);
      claim.model.loss = loss;
      for (double& y : claim.data.entries.value)
        y = loss == LossKind::logistic ? (y > 0 ? 1 : 0) : std::floor(3 * std::abs(y));
      const auto z = test::plain_prediction(claim.model, claim.data.entries);
      long double sum = 0;
      for (std::size_t k = 0; k < z.size(); ++k) {
        const long double y = claim.data.entries.value[k];
        if (loss == LossKind::logistic)
          sum += std::log1p(std::exp(y > 0 ? -z[k] : z[k]));
        else
          sum += std::exp(z[k]) - y * z[k] - (y - (y > 0 ? y * std::log(y) : 0));
      }
      const auto objective =
          static_cast<double>(sum + claim.model.lambda * test::plain_penalty(claim.model));
      const verify::Report report = verify::verify_tensor(claim.model, claim.data);
      EXPECT_NEAR(check_named(report, "objective").found, objective, 1e-13 * objective);
      EXPECT_NEAR(check_named(report, "train error").found,
                  static_cast<double>(sum / static_cast<long double>(z.size())), 1e-13 * objective);
    }
}

/// Data in other units give the same figures, to the last bit where units are powers of two.
TEST(TensorFigures, DoNotDependOnTheUnits) {
  test::Random random(3);
  const TensorClaim claim = random_claim({4, 3, 5}, 2, 0.6, random);
  const verify::Report report = verify::verify_tensor(claim.model, claim.data);
  for (const int exponent : {-300, -30, 3, 300}) {
    TensorClaim other = claim;
    for (double& y : other.data.entries.value) y = std::ldexp(y, 3 * exponent);
    for (Factor& factor : other.model.factors) factor *= std::ldexp(1.0, exponent);
    other.model.lambda = std::ldexp(claim.model.lambda, 3 * exponent);
    if (std::abs(exponent) == 300) {
      // F itself would overflow or vanish: what is found has to be refused, not confirmed.
      EXPECT_FALSE(verify::verify_tensor(other.model, other.data).confirmed);
      continue;
    }
    const verify::Report scaled = verify::verify_tensor(other.model, other.data);
    EXPECT_EQ(check_named(scaled, "objective").found,
              std::ldexp(check_named(report, "objective").found, 6 * exponent));
    EXPECT_EQ(check_named(scaled, "train error").found,
              std::ldexp(check_named(report, "train error").found, 3 * exponent));
  }
}

/// Optimal to the last digits in units of 1e-150 and 1e150 as well.
TEST(TensorFigures, ConfirmClaimsAboutTinyAndHugeData) {
  for (const double unit : {1e-149, 1e-20, 1e20, 1e148}) {
    TensorClaim claim = test::exact_claim({});
    for (double& y : claim.data.entries.value) y *= unit;
    for (Factor& factor : claim.model.factors) factor *= std::cbrt(unit);
    claim.model.lambda *= unit;
    claim.model.lambda_max = claim.model.lambda;
    test::make_claim(claim, claim.model.lambda * (1 + 2e-10), TensorSplit{1, 0});
    EXPECT_TRUE(test::confirmed(claim)) << unit;
  }
}

TEST(TensorFigures, DataInAnotherOrderAreTheSameData) {
  TensorClaim claim = test::exact_claim({.missing = 0.5});
  claim.model.labels = {{"a", "b", "c", "d", "e", "f"}, {}, {"0", "1", "2", "3", "4", "5", "6"}};
  claim.data.labels = claim.model.labels;
  EXPECT_TRUE(test::confirmed(claim));
  TensorData other = claim.data;
  std::swap(other.labels[0][0], other.labels[0][5]);
  for (auto& i : other.entries.index[0]) i = i == 0 ? 5 : i == 5 ? 0 : i;
  canonicalise(other.entries);
  EXPECT_TRUE(test::confirmed(claim.model, other));
  std::swap(other.labels[0][0], other.labels[0][1]);
  EXPECT_FALSE(test::confirmed(claim.model, other));
}

TEST(TensorFigures, RefuseDataAndModelsThatDoNotFit) {
  const TensorClaim claim = test::exact_claim({.missing = 0.5});
  const auto refused = [&](const std::function<void(TensorClaim&)>& change) {
    TensorClaim other = claim;
    change(other);
    EXPECT_THROW(verify::verify_tensor(other.model, other.data), ModelError);
  };
  refused([](TensorClaim& c) { c.data.entries.shape[1] = 6; });
  refused([](TensorClaim& c) { c.data.labels = {{"a"}, {}, {}}; });
  refused([](TensorClaim& c) { c.model.labels = {{}, {}, {"a", "b", "c", "d", "e", "f", "g"}}; });
  refused([](TensorClaim& c) { c.data.labels = {{}, {}}; });
  refused([](TensorClaim& c) { c.model.labels = {{}, {}}; });
  refused([](TensorClaim& c) {
    c.data.entries.shape.push_back(1);
    c.data.entries.index.emplace_back(c.data.entries.value.size());
  });
  refused([](TensorClaim& c) { c.model.factors.pop_back(); });
  refused([](TensorClaim& c) { c.model.norms.pop_back(); });
  refused([](TensorClaim& c) { c.model.factors[1] = Factor::Ones(5, 1); });
  refused([](TensorClaim& c) { c.model.loss = LossKind::multinomial; });
  for (const double weight : {std::nan(""), -1.0, 1e-5, 1e5})
    for (double FactorNorm::*of : {&FactorNorm::l1, &FactorNorm::l2, &FactorNorm::tv})
      refused([&](TensorClaim& c) { c.model.norms[1].*of = weight; });
  refused([](TensorClaim& c) { c.model.norms[1] = {0, 0, 1, false, {}}; });
  refused([](TensorClaim& c) { c.model.norms[1].tv = 1; });
  refused([](TensorClaim& c) {
    c.model.norms[1].tv = 1;
    c.model.norms[1].graph = lattice(GraphKind::chain, {5, 1, 1});
    c.model.norms[1].graph.edges[0].a = 77;
  });
}

}  // namespace
}  // namespace hadal
