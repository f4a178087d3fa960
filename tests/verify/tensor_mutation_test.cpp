#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "verify/exact_tensor.hpp"

/// One thing in a true claim about a tensor is changed at a time; the checker has to notice.
namespace hadal {
namespace {

using test::TensorClaim;

const std::vector<TensorClaim>& true_claims() {
  static const std::vector<TensorClaim> claims{
      test::exact_claim({}), test::exact_claim({.nonnegative = true, .missing = 0.6}),
      test::exact_claim({.shape = {5, 6, 5, 5}, .weighted = true, .missing = 0.7, .seed = 3}),
      test::exact_claim({.shape = {7, 6}, .weight_of_norm = 1.5, .seed = 4}),
      test::exact_claim({.outlier = 100, .seed = 5})};
  return claims;
}

TEST(TensorMutation, TrueClaimsAreConfirmedBeforeTheyAreChanged) {
  for (const TensorClaim& claim : true_claims()) {
    ASSERT_EQ(claim.model.status, Status::optimal);
    EXPECT_TRUE(test::confirmed(claim));
  }
}

struct Target {
  std::string name;
  std::function<double*(TensorClaim&)> at;
};

/// Every number of the model, and some of the data.
std::vector<Target> numbers_of(const TensorClaim& claim) {
  std::vector<Target> targets;
  for (std::size_t m = 0; m < claim.model.factors.size(); ++m)
    for (Index i = 0; i < claim.model.factors[m].size(); ++i)
      targets.push_back({"factor " + std::to_string(m) + "[" + std::to_string(i) + "]",
                         [m, i](TensorClaim& c) { return c.model.factors[m].data() + i; }});
  constexpr std::size_t stride = 7;
  for (std::size_t k = 0; k < claim.data.entries.value.size(); k += stride)
    targets.push_back(
        {"value " + std::to_string(k), [k](TensorClaim& c) { return &c.data.entries.value[k]; }});
  for (std::size_t k = 0; k < claim.data.entries.weight.size(); k += stride)
    targets.push_back(
        {"weight " + std::to_string(k), [k](TensorClaim& c) { return &c.data.entries.weight[k]; }});
  for (std::size_t m = 0; m < claim.model.norms.size(); ++m)
    targets.push_back(
        {"norm " + std::to_string(m), [m](TensorClaim& c) { return &c.model.norms[m].l2; }});
  targets.push_back({"lambda", [](TensorClaim& c) { return &c.model.lambda; }});
  targets.push_back({"objective", [](TensorClaim& c) { return &c.model.certificate.objective; }});
  targets.push_back(
      {"lower bound", [](TensorClaim& c) { return &c.model.certificate.lower_bound; }});
  targets.push_back({"train error", [](TensorClaim& c) { return &c.model.train_error; }});
  return targets;
}

/// Data may be changed without harm to the claim where their residual is nearly zero, and a factor
/// by so little that the objective, which is least there, does not move.
bool still_true(const TensorClaim& changed) {
  TensorClaim recomputed = changed;
  test::make_claim(recomputed, changed.model.certificate.polar_bound, TensorSplit{1, 0});
  const double objective = changed.model.certificate.objective;
  const auto near = [&](double a, double b) { return std::abs(a - b) <= 1.1e-9 * objective; };
  return near(recomputed.model.certificate.objective, objective) &&
         near(recomputed.model.certificate.lower_bound, changed.model.certificate.lower_bound);
}

TEST(TensorMutation, AnyNumberOfModelOrDataChanged) {
  const std::vector<std::function<double(double)>> changes{
      [](double x) { return x + 1e-5 * std::max(1.0, std::abs(x)); },
      [](double x) { return x - 1e-5 * std::max(1.0, std::abs(x)); },
      [](double x) { return -x + 0.1; },
      [](double x) { return 2 * x + 1; },
      [](double x) { return x + 1e200; },
      [](double) { return std::numeric_limits<double>::quiet_NaN(); }};
  for (std::size_t at = 0; at < true_claims().size(); ++at)
    for (const Target& target : numbers_of(true_claims()[at]))
      for (std::size_t change = 0; change < changes.size(); ++change) {
        TensorClaim changed = true_claims()[at];
        double& x = *target.at(changed);
        x = changes[change](x);
        const bool weight = target.name.starts_with("weight");
        const bool data = weight || target.name.starts_with("value");
        if (data && !(std::isfinite(x) && (!weight || x > 0))) continue;  // no reader lets it pass
        bool refused = false;
        try {
          refused = !test::confirmed(changed);
        } catch (const ModelError&) {
          refused = true;
        }
        const bool harmless = data || target.name.starts_with("factor");
        EXPECT_TRUE(refused || (harmless && still_true(changed)))
            << "claim " << at << ", " << target.name << ", change " << change;
      }
}

struct Change {
  const char* name;
  std::function<void(TensorModel&)> apply;
};

/// With a gap that a change of a millionth shows in.
TensorClaim loose_claim() {
  TensorClaim claim = test::exact_claim({.noise = 0.003, .seed = 9});
  claim.model.tolerance = 0.05;
  test::make_claim(claim, 1.03 * claim.model.lambda, TensorSplit{1, 0});
  return claim;
}

void with_split(TensorModel& model, std::uint32_t rows, std::uint32_t divided) {
  PolarSlack slack;
  slack.split = TensorSplit{rows, divided};
  model.certificate.slack = std::make_shared<const PolarSlack>(std::move(slack));
}

std::vector<Change> false_claims() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {
      {"gap smaller", [](auto& m) { m.certificate.gap -= 1e-6; }},
      {"gap larger", [](auto& m) { m.certificate.gap += 1e-6; }},
      {"relative gap zero", [](auto& m) { m.certificate.relative_gap = 0; }},
      {"relative gap larger", [](auto& m) { m.certificate.relative_gap *= 1.001; }},
      {"polar bound below", [](auto& m) { m.certificate.polar_bound *= 0.5; }},
      {"polar bound lambda", [](auto& m) { m.certificate.polar_bound = m.lambda; }},
      {"polar bound zero", [](auto& m) { m.certificate.polar_bound = 0; }},
      {"polar bound no number", [](auto& m) { m.certificate.polar_bound = std::nan(""); }},
      {"polar bound infinite", [=](auto& m) { m.certificate.polar_bound = infinity; }},
      {"polar bound above what the dual scale allows",
       [](auto& m) { m.certificate.polar_bound *= 1 + 1e-6; }},
      {"dual scale larger", [](auto& m) { m.certificate.dual_scale *= 1 + 1e-6; }},
      {"dual scale smaller", [](auto& m) { m.certificate.dual_scale *= 0.9; }},
      {"proof none", [](auto& m) { m.certificate.proof = Proof::none; }},
      {"proof probabilistic without a probability",
       [](auto& m) { m.certificate.proof = Proof::probabilistic; }},
      {"failure probability", [](auto& m) { m.certificate.failure_probability = 1e-12; }},
      {"status", [](auto& m) { m.status = Status::bounded; }},
      {"tolerance below the gap", [](auto& m) { m.tolerance = 0.99 * m.certificate.relative_gap; }},
      {"tolerance negative", [](auto& m) { m.tolerance = -1; }},
      {"lambda_max above every bound", [](auto& m) { m.lambda_max = 100; }},
      {"lambda_max negative", [](auto& m) { m.lambda_max = -1; }},
      {"lambda_max no number", [](auto& m) { m.lambda_max = std::nan(""); }},
      {"another loss", [](auto& m) { m.loss = LossKind::huber; }},
      {"a threshold without its loss", [](auto& m) { m.huber_threshold = 1; }},
      {"a loss of classes", [](auto& m) { m.loss = LossKind::logistic; }},
      {"a loss of counts", [](auto& m) { m.loss = LossKind::poisson; }},
      {"validation error infinite", [=](auto& m) { m.validation_error = infinity; }},
      {"a sign that the factors violate", [](auto& m) { m.norms[0].nonnegative = true; }},
      {"one component less",
       [](auto& m) {
         for (Factor& f : m.factors) f = Factor(f.leftCols(1));
       }},
      {"components out of order",
       [](auto& m) {
         for (Factor& f : m.factors) f.col(0).swap(f.col(1));
       }},
      {"factors out of balance",
       [](auto& m) {
         m.factors[0].col(0) *= 1.001;
         m.factors[2].col(0) /= 1.001;
       }},
      {"signs in two modes",
       [](auto& m) {
         m.factors[0].col(0) *= -1;
         m.factors[1].col(0) *= -1;
       }},
      {"refit of another shape",
       [](auto& m) {
         m.refit = TensorRefit{"weights", {Factor::Ones(6, 2)}, 1};
       }},
      {"refit not finite",
       [](auto& m) {
         m.refit = TensorRefit{"weights", m.factors, 1};
         m.refit->factors[1](0, 0) = std::nan("");
       }},
      {"slack that names no unfolding",
       [](auto& m) { m.certificate.slack = std::make_shared<const PolarSlack>(); }},
      {"no rows", [](auto& m) { with_split(m, 0, 0); }},
      {"all modes rows", [](auto& m) { with_split(m, 7, 0); }},
      {"a mode that there is not", [](auto& m) { with_split(m, 9, 0); }},
      {"modes in both sets", [](auto& m) { with_split(m, 3, 2); }},
      {"all modes divided", [](auto& m) { with_split(m, 1, 7); }},
      {"no columns left", [](auto& m) { with_split(m, 1, 6); }},
      {"no rows but divided modes", [](auto& m) { with_split(m, 0, 1); }},
      {"a divided mode that there is not", [](auto& m) { with_split(m, 1, 16); }},
      {"divided modes with values for a matrix", [](auto& m) {
         PolarSlack slack;
         slack.split = TensorSplit{1, 2};
         slack.pieces = {{NormTerm::l2, NormTerm::l2, SingleFactor::Zero(6, 35)}};
         m.certificate.slack = std::make_shared<const PolarSlack>(slack);
       }}};
}

TEST(TensorMutation, AFalseClaimAboutATrueModel) {
  const TensorClaim claim = loose_claim();
  ASSERT_EQ(claim.model.status, Status::optimal);
  ASSERT_GT(claim.model.certificate.gap, 1e-5);
  ASSERT_TRUE(test::confirmed(claim));
  for (const Change& change : false_claims()) {
    TensorClaim changed = claim;
    change.apply(changed.model);
    EXPECT_FALSE(test::confirmed(changed)) << change.name;
  }
}

/// Nothing that a slack holds proves more than is true: here, that the polar is below lambda.
TEST(TensorMutation, ASlackThatProvesNothing) {
  TensorClaim claim = loose_claim();
  TensorModel& model = claim.model;
  test::make_claim(claim, model.lambda, TensorSplit{1, 0});
  std::vector<PolarSlack> slacks(6);
  for (PolarSlack& slack : slacks) slack.split = TensorSplit{1, 0};
  slacks[0].split = TensorSplit{2, 0};
  slacks[1].split = TensorSplit{1, 4};
  slacks[2].cover = SingleFactor::Ones(6, 35);
  slacks[3].pieces = {{NormTerm::l2, NormTerm::l2, SingleFactor::Ones(6, 35)}};
  slacks[4].gram_cover = SingleFactor::Ones(6, 6);
  slacks[4].gram_on_rows = true;
  slacks[5].tree.nodes = {{-1, -1}};
  slacks[5].tree.level = 0.1;
  for (std::size_t k = 0; k < slacks.size(); ++k) {
    model.certificate.slack = std::make_shared<const PolarSlack>(slacks[k]);
    EXPECT_FALSE(test::confirmed(claim)) << k;
  }
}

/// A model that is not optimal, with a certificate forged to agree with itself.
TEST(TensorMutation, AForgedCertificate) {
  for (const auto& split : {TensorSplit{1, 0}, TensorSplit{3, 0}, TensorSplit{1, 2}})
    for (const Proof proof : {Proof::deterministic, Proof::probabilistic}) {
      TensorClaim claim = test::exact_claim({});
      for (Factor& factor : claim.model.factors) factor.col(1) *= 0.5;
      test::make_claim(claim, 10, split);
      Certificate& forged = claim.model.certificate;
      forged.gap = 1e-10 * forged.objective;
      forged.lower_bound = forged.objective - forged.gap;
      forged.relative_gap = forged.gap / forged.objective;
      forged.polar_bound = claim.model.lambda;
      forged.dual_scale = 1;
      forged.proof = proof;
      forged.failure_probability = proof == Proof::deterministic ? 0 : 1e-12;
      claim.model.status = Status::optimal;
      const verify::Report report = verify::verify_tensor(claim.model, claim.data);
      EXPECT_FALSE(report.confirmed);
      EXPECT_NE(report.status, Status::optimal);
      EXPECT_GT(report.found.relative_gap, 1e-3);
    }
}

/// What is claimed without a proof, and what is claimed weaker than it is, stays true.
TEST(TensorMutation, AWeakerClaimStaysTrue) {
  TensorClaim none = loose_claim();
  none.model.certificate.proof = Proof::none;
  none.model.certificate.failure_probability = 1;
  none.model.certificate.slack = nullptr;
  none.model.status = Status::unproven;
  EXPECT_TRUE(test::confirmed(none));
  TensorClaim wider = loose_claim();
  wider.model.tolerance *= 10;
  EXPECT_TRUE(test::confirmed(wider));
  TensorClaim may_fail = loose_claim();
  may_fail.model.certificate.proof = Proof::probabilistic;
  may_fail.model.certificate.failure_probability = 1e-9;
  EXPECT_TRUE(test::confirmed(may_fail));
  TensorClaim without = loose_claim();
  without.model.certificate.slack = nullptr;
  EXPECT_TRUE(test::confirmed(without));
}

/// No entry of Q is positive: nothing non-negative collects from it.
TEST(TensorMutation, NothingToCollect) {
  TensorClaim claim;
  claim.model.factors = {Factor(2, 0), Factor(3, 0), Factor(2, 0)};
  claim.model.norms.resize(3);
  for (FactorNorm& norm : claim.model.norms) norm.nonnegative = true;
  claim.model.lambda = 0.1;
  claim.data.entries = test::full_tensor({2, 3, 2}, -Vector::LinSpaced(12, 0, 1));
  test::make_claim(claim, 0, {});
  EXPECT_TRUE(test::confirmed(claim));
  claim.data.entries.value[3] = 0.2;
  test::make_claim(claim, 0, {});
  EXPECT_FALSE(test::confirmed(claim));
  claim.data.entries.value[3] = -0.2;
  claim.model.norms[1].nonnegative = false;
  test::make_claim(claim, 0, {});
  EXPECT_FALSE(test::confirmed(claim));
}

}  // namespace
}  // namespace hadal
