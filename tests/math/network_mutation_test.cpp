#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/verify/verify.hpp"
#include "math/network_support.hpp"

/// One thing in a true claim about a network is changed at a time; the checker has to notice.
namespace hadal {
namespace {

struct Claim {
  NetworkModel model;
  SampleData data;
};

Claim claim_of(SampleData data, const NetworkFitOptions& options) {
  return {fit_network(data, options), data};
}

const std::vector<Claim>& true_claims() {
  static const std::vector<Claim> claims = [] {
    SampleData weighted = test::surface(50, 2, 2, 1);
    weighted.weight = Vector::LinSpaced(50, 1, 2);
    NetworkFitOptions gated = test::at_ratio(0.3, "linear", 1e-6);
    gated.gates = 9;
    return std::vector<Claim>{
        claim_of(test::rings(60, 2, 2), test::at_ratio(0.2)),
        claim_of(test::rings(60, 3, 3), test::at_ratio(0.3, "abs", 1e-3)),
        claim_of(weighted, test::at_ratio(0.3, "leaky:0.1", 1e-3)),
        claim_of(test::rings(60, 2, 4), test::at_ratio(0.2, "square", 1e-6)),
        claim_of(test::surface(40, 3, 2, 5), test::at_ratio(0.3, "linear", 1e-6)),
        claim_of(test::surface(40, 3, 2, 6), gated)};
  }();
  return claims;
}

Claim gated_claim() { return true_claims().back(); }

bool confirmed(const Claim& claim) {
  return verify::verify_network(claim.model, claim.data).confirmed;
}

struct Change {
  std::string name;
  std::function<void(Claim&)> make;
};

void change(double& value) { value = value == 0 ? 0.01 : 1.001 * value; }

std::vector<Change> changes() {
  return {{"u", [](Claim& c) { change(c.model.u(0, 0)); }},
          {"another u", [](Claim& c) { change(c.model.u(1, 0)); }},
          {"v", [](Claim& c) { change(c.model.v(0, 0)); }},
          {"lambda", [](Claim& c) { change(c.model.lambda); }},
          {"smaller lambda_max", [](Claim& c) { c.model.lambda_max *= 0.99; }},
          {"larger lambda_max", [](Claim& c) { c.model.lambda_max *= 1.01; }},
          {"mean", [](Claim& c) { c.model.input_mean[0] += 0.01; }},
          {"scale", [](Claim& c) { change(c.model.input_scale[1]); }},
          {"offset", [](Claim& c) { c.model.offset[0] += 0.01; }},
          {"input", [](Claim& c) { c.data.inputs(3, 1) += 0.1; }},
          {"objective", [](Claim& c) { change(c.model.certificate.objective); }},
          {"lower bound", [](Claim& c) { change(c.model.certificate.lower_bound); }},
          {"gap", [](Claim& c) { c.model.certificate.gap *= 0.5; }},
          {"polar bound", [](Claim& c) { c.model.certificate.polar_bound *= 0.99; }},
          {"dual scale", [](Claim& c) { c.model.certificate.dual_scale *= 0.999; }},
          {"train error", [](Claim& c) { change(c.model.train_error); }},
          {"no bias", [](Claim& c) { c.model.bias = false; }},
          {"activation", [](Claim& c) {
             c.model.activation = Activation::from_string(
                 c.model.activation.kind == Activation::Kind::relu ? "leaky:0.3" : "relu");
           }}};
}

TEST(NetworkMutation, TrueClaimsAreConfirmedBeforeTheyAreChanged) {
  for (const Claim& claim : true_claims()) {
    EXPECT_EQ(claim.model.status, Status::optimal);
    EXPECT_GT(claim.model.size(), 0);
    EXPECT_TRUE(confirmed(claim)) << claim.model.activation.to_string();
  }
}

TEST(NetworkMutation, OfAnyNumberIsNoticed) {
  for (const Claim& claim : true_claims())
    for (const Change& mutation : changes()) {
      const bool searched = claim.model.activation.two_slopes() && !claim.model.activation.odd();
      if (searched && mutation.name == "larger lambda_max") continue;  // it is no claim
      Claim changed = claim;
      mutation.make(changed);
      bool noticed = false;
      try {
        noticed = !confirmed(changed);
      } catch (const std::exception&) {
        noticed = true;  // layers that do not fit each other
      }
      EXPECT_TRUE(noticed) << claim.model.activation.to_string() << ": " << mutation.name;
    }
}

TEST(NetworkMutation, OfATargetIsNoticed) {
  for (const Claim& claim : true_claims())
    for (const Index sample : {0, 7, 31}) {
      Claim changed = claim;
      if (claim.data.task == Task::classification) {
        int& label = changed.data.labels[static_cast<std::size_t>(sample)];
        label = label == 0 ? 1 : 0;
      } else {
        changed.data.targets(sample, 0) += 0.5;
      }
      EXPECT_FALSE(confirmed(changed)) << claim.model.activation.to_string() << sample;
    }
}

/// A fit that stopped early claims what it has; claiming to be optimal instead is refuted.
TEST(NetworkMutation, AModelThatIsNotOptimalCannotClaimToBe) {
  NetworkFitOptions options = test::at_ratio(0.05);
  options.size_max = 2;
  Claim claim = claim_of(test::rings(80, 2, 6), options);
  ASSERT_NE(claim.model.status, Status::optimal);
  EXPECT_TRUE(confirmed(claim));
  claim.model.certificate.polar_bound = claim.model.lambda;
  claim.model.certificate.dual_scale = 1;
  claim.model.certificate.lower_bound = claim.model.certificate.objective * (1 - 1e-6);
  claim.model.certificate.gap = 1e-6 * claim.model.certificate.objective;
  claim.model.certificate.relative_gap = 1e-6;
  claim.model.status = Status::optimal;
  EXPECT_FALSE(confirmed(claim));
}

/// The relaxation's multipliers prove what they prove: others prove another bound.
TEST(NetworkMutation, OfTheMultipliersOfARelaxationIsNoticedOrHarmless) {
  Claim claim = claim_of(test::surface(60, 10, 1, 7), test::at_ratio(0.4, "relu", 1e-3));
  ASSERT_TRUE(claim.model.certificate.slack);
  ASSERT_TRUE(confirmed(claim));
  PolarSlack slack = *claim.model.certificate.slack;
  slack.cover *= 3;
  claim.model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  EXPECT_FALSE(confirmed(claim));
  slack.cover(0, 0) = -1;
  claim.model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  EXPECT_FALSE(confirmed(claim));
  claim.model.certificate.slack = nullptr;
  EXPECT_FALSE(confirmed(claim));
}

TEST(NetworkMutation, OfGatesIsNoticed) {
  Claim other = gated_claim();
  ASSERT_TRUE(confirmed(other));
  other.model.gates.col(other.model.gate[0]) *= -1;
  EXPECT_FALSE(confirmed(other));
  Claim moved = gated_claim();
  moved.model.gate[0] = (moved.model.gate[0] + 1) % 9;
  EXPECT_FALSE(confirmed(moved));
  // The bound has to hold for gates that no unit has, too: behind this one all forces add up.
  Claim wider = gated_claim();
  wider.model.gates.conservativeResize(Eigen::NoChange, 400);
  wider.model.gates.rightCols(391) = test::Draws(1).matrix(wider.model.gates.rows(), 391);
  EXPECT_FALSE(confirmed(wider));
  Claim none = gated_claim();
  none.model.gate[0] = 9;
  EXPECT_THROW(confirmed(none), ModelError);
}

}  // namespace
}  // namespace hadal
