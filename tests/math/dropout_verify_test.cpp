#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "hadal/verify/verify.hpp"
#include "math/changed_claims.hpp"
#include "math/dropout_support.hpp"

/// Dropout models that were fitted, as the checker sees them: confirmed as they are, and refused
/// with anything about them changed.
namespace hadal {
namespace {

struct Problem {
  std::string name;
  Noise noise;
  std::vector<Index> widths;
  bool input = false;
  DropoutMethod method = DropoutMethod::closed;
  ProofChoice proof = ProofChoice::automatic;
};

struct Claim {
  dropout::LinearData data;
  DropoutModel model;
};

std::vector<Problem> problems() {
  const Noise half{NoiseKind::dropout, 0.5, 1};
  return {{"closed form", half, {6}},
          {"of the width that the data ask for", half, {}},
          {"little noise, cut to the width", {NoiseKind::dropout, 0.97, 1}, {3}},
          {"with an input", half, {6}, true},
          {"trained", half, {6}, false, DropoutMethod::sgd},
          {"descended, with an input", half, {6}, true, DropoutMethod::descent},
          {"dropconnect", {NoiseKind::dropconnect, 0.6, 1}, {5}},
          {"blocks", {NoiseKind::dropblock, 0.5, 2}, {8}},
          {"two hidden layers", {NoiseKind::dropout, 0.8, 1}, {5, 4}},
          {"probabilistic", half, {6}, false, DropoutMethod::closed, ProofChoice::probabilistic},
          {"equalised", half, {12}, false, DropoutMethod::equalise},
          {"equalised in blocks",
           {NoiseKind::dropblock, 0.5, 9},
           {18},
           false,
           DropoutMethod::equalise}};
}

Claim fitted(const Problem& problem) {
  test::Random random(17);
  Claim claim;
  claim.data.target = random.matrix(9, 3) * random.matrix(3, 14) + 0.3 * random.matrix(9, 14);
  if (problem.input) claim.data.input = random.matrix(6, 14);
  DropoutFitOptions options;
  options.noise = problem.noise;
  options.widths = problem.widths;
  options.method = problem.method;
  options.proof = problem.proof;
  options.epochs = 500;
  claim.model = fit_dropout(claim.data, options);
  return claim;
}

::testing::AssertionResult confirmed(const Claim& claim) {
  return test::confirmed(verify::verify_dropout(claim.model, claim.data.target, claim.data.input));
}

struct Changed {
  const char* what;
  std::function<void(Claim&)> change;
};

std::vector<Changed> changes() {
  return {
      {"objective", [](Claim& c) { c.model.certificate.objective *= 1 + 1e-6; }},
      {"objective, all else agreeing",
       [](Claim& c) {
         Certificate& claim = c.model.certificate;
         claim.objective *= 1 - 1e-6;
         claim.gap = claim.objective - claim.lower_bound;
         claim.relative_gap = claim.gap / claim.objective;
         c.model.trace.clear();
       }},
      {"lower bound, all else agreeing",
       [](Claim& c) {
         Certificate& claim = c.model.certificate;
         claim.objective *= 1.01;
         claim.lower_bound = claim.objective;
         claim.gap = claim.relative_gap = 0;
         c.model.status = Status::optimal;
         c.model.trace.clear();
       }},
      {"gap", [](Claim& c) { c.model.certificate.gap += 1e-3; }},
      {"relative gap", [](Claim& c) { c.model.certificate.relative_gap += 1e-3; }},
      {"kind of proof",
       [](Claim& c) {
         Certificate& claim = c.model.certificate;
         claim.proof = claim.proof == Proof::deterministic ? Proof::none : Proof::deterministic;
       }},
      {"failure probability", [](Claim& c) { c.model.certificate.failure_probability = 0.5; }},
      {"bound of the other values", [](Claim& c) { c.model.certificate.polar_bound = 1e-9; }},
      {"lambda", [](Claim& c) { c.model.lambda *= 1 + 1e-9; }},
      {"lambda_max", [](Claim& c) { c.model.lambda_max = 1; }},
      {"tolerance", [](Claim& c) { c.model.tolerance = -1; }},
      {"dual scale", [](Claim& c) { c.model.certificate.dual_scale = 0.5; }},
      {"train error", [](Claim& c) { c.model.train_error *= 1 + 1e-6; }},
      {"retain probability", [](Claim& c) { c.model.noise.retain *= 0.999; }},
      {"retain probability at the start",
       [](Claim& c) {
         c.model.retain_start *= 0.5;
         c.model.method = "closed";
       }},
      {"a weight of the first layer", [](Claim& c) { c.model.network.layers[0](0, 0) += 0.01; }},
      {"a weight of the last layer", [](Claim& c) { c.model.network.layers.back()(1, 0) += 0.01; }},
      {"a weight that is no number",
       [](Claim& c) {
         c.model.network.layers[0](0, 0) = std::numeric_limits<double>::quiet_NaN();
       }},
      {"a value of the data", [](Claim& c) { c.data.target(2, 3) += 0.01; }},
      {"a singular value of the product", [](Claim& c) { c.model.product_values[0] *= 1.001; }},
      {"a singular value of the target", [](Claim& c) { c.model.target_values[0] *= 1.001; }},
      {"the end of the history", [](Claim& c) { c.model.trace.back().objective *= 1.1; }}};
}

TEST(DropoutVerification, ConfirmsWhatWasFitted) {
  for (const Problem& problem : problems()) {
    const Claim claim = fitted(problem);
    EXPECT_TRUE(confirmed(claim)) << problem.name;
    EXPECT_NE(claim.model.status, Status::unproven) << problem.name;
  }
}

TEST(DropoutVerification, ConfirmsAnErrorThatIsRounding) {
  for (const auto method : {DropoutMethod::closed, DropoutMethod::descent})
    EXPECT_TRUE(
        confirmed(fitted({"nothing dropped", {NoiseKind::dropout, 1, 1}, {9}, false, method})));
}

TEST(DropoutVerification, RefusesAnythingChanged) {
  for (const Problem& problem : problems()) {
    const Claim claim = fitted(problem);
    for (const auto& [what, change] : changes()) {
      // Nothing but rounding where the data themselves are computed.
      if (problem.method == DropoutMethod::equalise && what == std::string("train error")) continue;
      Claim changed = claim;
      change(changed);
      EXPECT_FALSE(confirmed(changed)) << problem.name << ": " << what;
    }
  }
}

/// Vectors of the proof that are not what they should be make the bound weaker, never wrong.
TEST(DropoutVerification, DoesNotBelieveTheVectorsOfTheProof) {
  const Claim claim = fitted(problems()[0]);
  const double optimum = claim.model.certificate.objective;
  test::Random random(4);
  for (int k = 0; k < 200; ++k) {
    Claim forged = claim;
    Matrix &p = forged.model.proof_left, &q = forged.model.proof_right;
    switch (k % 4) {
      case 0:
        p = random.matrix(p.rows(), p.cols()) * random.uniform(0, 3);
        break;
      case 1:
        q *= random.uniform(0, 3);
        break;
      case 2:
        p.setZero();
        q.setZero();
        break;
      default:
        p = random.orthonormal(p.rows(), p.cols());
        q = random.orthonormal(q.rows(), q.cols());
    }
    const verify::Report report =
        verify::verify_dropout(forged.model, forged.data.target, forged.data.input);
    EXPECT_LE(report.found.lower_bound, optimum * (1 + 1e-9)) << k;
    EXPECT_FALSE(report.confirmed) << k;
  }
}

/// A network at a worse point, which claims to be optimal in figures that agree with each other.
TEST(DropoutVerification, RefusesAWorseNetworkThatClaimsToBeOptimal) {
  for (const Problem& problem : problems()) {
    Claim claim = fitted(problem);
    DropoutModel& model = claim.model;
    model.network.layers[0] *= 1.05;
    const dropout::Objective value = dropout::objective(claim.data, model.network, model.noise);
    Certificate& forged = model.certificate;
    forged.objective = forged.lower_bound = value.value();
    forged.gap = forged.relative_gap = 0;
    model.status = Status::optimal;
    model.trace.clear();
    EXPECT_FALSE(confirmed(claim)) << problem.name;
  }
}

/// Whatever the data: rounded, repeated, scaled, hardly any noise.
TEST(DropoutVerification, ConfirmsRandomProblems) {
  int optimal = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    test::Random random(seed);
    Claim claim;
    const Index rows = random.integer(1, 12), columns = random.integer(1, 10);
    const double scale = std::pow(10.0, double(random.integer(-3, 3)) * 40);
    claim.data.target = scale * test::random_target(rows, columns, random);
    if (random.chance(0.4)) {
      claim.data.input = random.matrix(random.integer(1, 8), columns);
      if (claim.data.input.rows() > 2) claim.data.input.row(1) = claim.data.input.row(0);
      if (claim.data.input.rows() > 3) claim.data.input.row(2).setZero();
    }
    DropoutFitOptions options;
    options.noise.retain =
        random.chance(0.3) ? 1 - std::pow(10.0, -random.uniform(1, 9)) : random.uniform(0.05, 1);
    if (random.chance(0.7)) options.widths = {random.integer(1, 14)};
    claim.model = fit_dropout(claim.data, options);
    optimal += claim.model.status == Status::optimal;
    EXPECT_TRUE(confirmed(claim)) << seed;
  }
  EXPECT_GE(optimal, 200);
}

/// Values that are repeated more often than a search begins with directions: n of them, all equal
/// to `value`, are shrunk to an objective of L (n value)^2 / (1 + n L), L = 1/9.
void expect_all_found(const Matrix& target, Index n, double value) {
  Claim claim;
  claim.data.target = target;
  DropoutFitOptions options;
  options.noise.retain = 0.9;
  claim.model = fit_dropout(claim.data, options);
  EXPECT_EQ(claim.model.size(), n);
  const double sum = double(n) * value, strength = 1.0 / 9;
  const double expected = strength * sum * sum / (1 + double(n) * strength);
  EXPECT_NEAR(claim.model.certificate.objective, expected, 1e-9 * expected);
  EXPECT_EQ(claim.model.status, Status::optimal);
  EXPECT_TRUE(confirmed(claim));
}

TEST(DropoutVerification, OfAValueRepeatedManyTimesNothingIsMissed) {
  Matrix blocks = Matrix::Zero(400, 360), ones = Matrix::Zero(400, 350);
  for (Index k = 0; k < 40; ++k) blocks.block(10 * k, 9 * k, 10, 9).setOnes();
  expect_all_found(blocks, 40, std::sqrt(90.0));
  ones.topLeftCorner(60, 60).setIdentity();
  expect_all_found(ones, 60, 1);
  expect_all_found(Matrix::Identity(330, 310), 310, 1);
}

/// "Any width" is a claim about more than the width at hand.
TEST(DropoutVerification, RefusesAFixedWidthThatClaimsToHaveBeenChosen) {
  Claim claim = fitted(problems()[2]);
  claim.model.auto_width = true;
  EXPECT_FALSE(confirmed(claim));
}

/// Rows of the input that cancel in the first layer, so that its rounding is all that is left.
TEST(DropoutVerification, SeesWhatTheFirstLayersRoundingHides) {
  Claim claim;
  claim.data.target = Matrix::Constant(1, 1, 1);
  claim.data.input.resize(2, 1);
  claim.data.input << 1 + 0x1p-52, 1;
  DropoutFitOptions options;
  options.noise.retain = 0.5;
  options.widths = {1};
  claim.model = fit_dropout(claim.data, options);
  ASSERT_TRUE(confirmed(claim));
  // Exactly, the first layer makes 3 of this; in double precision 2.
  claim.model.network.layers[0] << 0x1p53 - 1, -0x1p53 + 2;
  claim.model.network.layers[1] << 0.25;
  claim.model.unit_products << 0.5;
  claim.model.product_values = Vector::Constant(1, 0.5);
  const verify::Report report =
      verify::verify_dropout(claim.model, claim.data.target, claim.data.input);
  EXPECT_FALSE(report.confirmed);
  EXPECT_NEAR(report.found.objective, 0.0625 + 0.5625, 0.01);
}

TEST(DropoutVerification, RefusesHugeVectorsOfTheProofAtOnce) {
  for (const Problem& problem : problems()) {
    Claim claim = fitted(problem);
    claim.model.proof_left *= 1e200;
    EXPECT_FALSE(confirmed(claim)) << problem.name;
  }
}

TEST(DropoutVerification, RefusesDataOfAnotherShape) {
  const Claim claim = fitted(problems()[3]);
  const auto refused = [&](const Matrix& target, const Matrix& input) {
    EXPECT_THROW(verify::verify_dropout(claim.model, target, input), ModelError);
  };
  const Matrix &y = claim.data.target, &x = claim.data.input;
  refused(y, {});
  refused(y.topRows(3), x);
  refused(y.leftCols(3), x.leftCols(3));
  refused(y, x.topRows(2));
  Claim broken = claim;
  broken.model.noise.retain = 0;
  EXPECT_THROW(confirmed(broken), ModelError);
  broken = claim;
  broken.model.noise.block = 4;
  EXPECT_THROW(confirmed(broken), ModelError);
}

}  // namespace
}  // namespace hadal
