#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/fit/tensor_fit.hpp"
#include "problem_count.hpp"
#include "verify/exact_tensor.hpp"

/// Models that were fitted, as the checker sees them: confirmed as they are, and refused with
/// anything about them changed.
namespace hadal {
namespace {

using test::TensorClaim;

struct Problem {
  std::string name;
  std::vector<Index> shape;
  double density = 1, ratio = 0.3;
  std::vector<FactorNorm> norms = {};
  LossKind loss = LossKind::squared;
  bool weighted = false;
};

FactorNorm norm_of(const char* text, bool nonnegative = false, Index chain = 0) {
  FactorNorm norm = parse_norm(text);
  norm.nonnegative = nonnegative;
  if (norm.tv > 0) norm.graph = lattice(GraphKind::chain, {chain, 1, 1});
  return norm;
}

TensorClaim fitted(const Problem& problem, unsigned seed) {
  test::Random random(seed);
  std::vector<Factor> factors = test::random_factors(problem.shape, 2, random);
  for (Factor& factor : factors) factor = factor.cwiseAbs();
  const Vector noise = random.vector(test::product_of(problem.shape));
  Vector y = test::dense_tensor(factors) + 0.3 * noise;
  if (problem.loss == LossKind::logistic) y = (y.array() > 1).cast<double>();
  if (problem.loss == LossKind::poisson) y = y.cwiseAbs().array().floor();
  if (problem.loss == LossKind::multinomial) y = 3 * y.cwiseAbs().array().floor().min(2);
  TensorClaim claim;
  claim.data.entries = problem.density < 1
                           ? test::sampled_tensor(problem.shape, y, problem.density, random)
                           : test::full_tensor(problem.shape, y);
  if (problem.weighted)
    for (Index k = 0; k < claim.data.entries.size(); ++k)
      claim.data.entries.weight.push_back(random.uniform(0.5, 2));
  TensorFitOptions options;
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.lambda.value = problem.ratio;
  options.norms = problem.norms;
  options.loss = problem.loss;
  options.time_limit = 20;
  options.tolerance = 1e-3;
  claim.model = fit_tensor(claim.data, options);
  return claim;
}

std::vector<Problem> problems() {
  const FactorNorm positive = norm_of("l2", true), sparse = norm_of("0.3*l1 + l2");
  return {{"full", {6, 5, 4}},
          {"full, little regularised", {6, 5, 4}, 1, 0.05},
          {"short modes", {9, 8, 2}, 1, 0.1},
          {"short modes, non-negative", {7, 2, 8}, 1, 0.1, {positive}},
          {"order 4", {4, 3, 5, 3}},
          {"order 5", {3, 3, 2, 3, 2}, 1, 0.1},
          {"sparse entries", {7, 6, 5}, 0.4},
          {"sparse entries, order 4, non-negative", {5, 4, 4, 3}, 0.5, 0.3, {positive}},
          {"non-negative", {6, 5, 4}, 1, 0.1, {positive}},
          {"some non-negative", {6, 5, 4}, 1, 0.2, {positive, norm_of("2*l2"), positive}},
          {"sums of norms", {6, 5, 4}, 1, 0.3, {sparse}},
          {"sums of norms, sparse entries", {6, 5, 4}, 0.5, 0.3, {sparse, norm_of("l1"), positive}},
          {"total variation",
           {8, 4, 3},
           1,
           0.3,
           {norm_of("l2 + 0.5*tv(chain)", false, 8), norm_of("l2"), norm_of("l2", true)}},
          {"total variation, sparse entries",
           {8, 4, 3},
           0.6,
           0.3,
           {norm_of("0.2*l1 + l2 + 0.5*tv(chain)", true, 8), positive, positive}},
          {"l1 of two modes beside total variation",
           {4, 3, 8},
           1,
           0.5,
           {norm_of("l1"), norm_of("l1"), norm_of("l2 + 0.5*tv(chain)", false, 8)}},
          {"weights", {6, 5, 4}, 0.8, 0.3, {}, LossKind::squared, true},
          {"huber", {6, 5, 4}, 1, 0.3, {}, LossKind::huber},
          {"logistic", {6, 5, 4}, 0.9, 0.3, {}, LossKind::logistic, true},
          {"poisson", {6, 5, 4}, 1, 0.5, {positive}, LossKind::poisson},
          {"categories", {6, 5, 4}, 1, 0.3, {}, LossKind::multinomial},
          {"some categories, weights, signs",
           {6, 5, 4},
           0.8,
           0.4,
           {positive, norm_of("l1"), positive},
           LossKind::multinomial,
           true},
          {"matrix", {7, 6}, 0.9, 0.3}};
}

const std::vector<TensorClaim>& fits() {
  static const std::vector<TensorClaim> all = [] {
    std::vector<TensorClaim> result;
    for (const Problem& problem : problems()) result.push_back(fitted(problem, 11));
    return result;
  }();
  return all;
}

TEST(TensorVerify, FitsAreConfirmed) {
  int optimal = 0, divided = 0, slack = 0;
  for (std::size_t k = 0; k < fits().size(); ++k) {
    const TensorModel& model = fits()[k].model;
    EXPECT_TRUE(test::confirmed(fits()[k])) << problems()[k].name;
    EXPECT_NE(model.status, Status::unproven) << problems()[k].name;
    optimal += model.status == Status::optimal;
    const PolarSlack* held = model.certificate.slack.get();
    divided += held && held->split->divided_modes != 0;
    slack += held && (!held->pieces.empty() || held->cover.size() > 0);
  }
  // The claims are of all kinds.
  EXPECT_GE(optimal, 4);
  EXPECT_GT(divided, 0);
  EXPECT_GT(slack, 0);
}

/// A claim that stays true is one about figures that do not move.
bool still_true(const TensorClaim& changed) {
  const verify::Report report = verify::verify_tensor(changed.model, changed.data);
  const double objective = changed.model.certificate.objective;
  return std::abs(report.found.objective - objective) <= 1.1e-9 * objective;
}

struct Change {
  const char* name;
  std::function<void(TensorClaim&)> apply;
};

/// Figures of the claim and of the problem that all claims have.
std::vector<Change> changes() {
  return {{"objective", [](auto& c) { c.model.certificate.objective *= 1 + 1e-6; }},
          {"smaller objective", [](auto& c) { c.model.certificate.objective *= 1 - 1e-6; }},
          {"lower bound", [](auto& c) { c.model.certificate.lower_bound *= 1 + 1e-6; }},
          {"gap", [](auto& c) { c.model.certificate.gap *= 0.999; }},
          {"relative gap", [](auto& c) { c.model.certificate.relative_gap *= 0.999; }},
          {"train error", [](auto& c) { c.model.train_error *= 1 + 1e-6; }},
          {"polar bound", [](auto& c) { c.model.certificate.polar_bound *= 0.9; }},
          {"dual scale", [](auto& c) { c.model.certificate.dual_scale *= 0.9; }},
          {"kind of proof", [](auto& c) { c.model.certificate.proof = Proof::probabilistic; }},
          {"no proof", [](auto& c) { c.model.certificate.proof = Proof::none; }},
          {"lambda", [](auto& c) { c.model.lambda *= 1 + 1e-5; }},
          {"smaller lambda", [](auto& c) { c.model.lambda *= 1 - 1e-5; }},
          {"lambda_max", [](auto& c) { c.model.lambda_max *= 1000; }},
          {"a norm", [](auto& c) { c.model.norms[1].l2 += 1e-3; }},
          {"a factor", [](auto& c) { c.model.factors[0](0, 0) += 0.01; }},
          {"a factor's scale", [](auto& c) { c.model.factors[1] *= 1.001; }},
          {"a large value", [](auto& c) { c.data.entries.value[3] += 100; }},
          {"no number", [](auto& c) { c.model.factors[1](1, 0) = std::nan(""); }},
          {"a component less",
           [](auto& c) {
             for (Factor& f : c.model.factors) f = Factor(f.rightCols(f.cols() - 1));
           }},
          {"rows that there are not",
           [](auto& c) {
             PolarSlack slack;
             slack.split = TensorSplit{1U << c.model.factors.size(), 0};
             c.model.certificate.slack = std::make_shared<const PolarSlack>(slack);
           }},
          {"all modes rows", [](auto& c) {
             PolarSlack slack;
             slack.split = TensorSplit{(1U << c.model.factors.size()) - 1, 0};
             c.model.certificate.slack = std::make_shared<const PolarSlack>(slack);
           }}};
}

TEST(TensorVerify, AnythingChangedIsRefused) {
  const std::size_t step = test::problem_count(1000) < 1000 ? 3 : 1;  // minutes under sanitizers
  for (std::size_t k = 0; k < fits().size(); k += step) {
    ASSERT_GT(fits()[k].model.size(), 0) << problems()[k].name;
    for (const Change& change : changes()) {
      TensorClaim changed = fits()[k];
      change.apply(changed);
      const bool data = std::string(change.name) == "a large value";
      EXPECT_FALSE(test::confirmed(changed) && !(data && still_true(changed)))
          << problems()[k].name << ": " << change.name;
    }
  }
}

TEST(TensorVerify, CategoriesThatAreChangedAreRefused) {
  const auto fit = std::find_if(fits().begin(), fits().end(), [](const TensorClaim& claim) {
    return claim.model.loss == LossKind::multinomial;
  });
  ASSERT_NE(fit, fits().end());
  const std::vector<Change> refusals{
      {"another category", [](auto& c) { c.model.categories[2] = 7; }},
      {"one that is given twice", [](auto& c) { c.model.categories[0] = 3; }},
      {"two exchanged", [](auto& c) { std::swap(c.model.categories[0], c.model.categories[1]); }},
      {"another value of an entry",
       [](auto& c) { c.data.entries.value[0] = c.data.entries.value[0] == 3 ? 6 : 3; }},
      {"their vectors",
       [](auto& c) { c.model.factors.back().row(0).swap(c.model.factors.back().row(1)); }}};
  for (const Change& change : refusals) {
    TensorClaim changed = *fit;
    change.apply(changed);
    EXPECT_FALSE(test::confirmed(changed)) << change.name;
  }
  for (const Change& change :
       std::vector<Change>{{"none", [](auto& c) { c.model.categories.clear(); }},
                           {"one less", [](auto& c) { c.model.categories.pop_back(); }},
                           {"a norm of theirs", [](auto& c) { c.model.norms.back().l1 = 1; }},
                           {"another loss", [](auto& c) { c.model.loss = LossKind::squared; }}}) {
    TensorClaim changed = *fit;
    change.apply(changed);
    EXPECT_THROW(verify::verify_tensor(changed.model, changed.data), ModelError) << change.name;
  }
}

/// Slacks only ever prove what is true: the bound found with any other is not below what the best
/// one proves by more than that is off.
TEST(TensorVerify, ChangedSlacksProveNothingFalse) {
  test::Random random(5);
  for (std::size_t k = 0; k < fits().size(); ++k) {
    const TensorClaim& fit = fits()[k];
    const PolarSlack* held = fit.model.certificate.slack.get();
    if (!held) continue;
    const Certificate& claim = fit.model.certificate;
    // Divided modes have no values.
    const int trials = held->split->divided_modes != 0 ? 5 : 12;
    for (int trial = 0; trial < trials; ++trial) {
      TensorClaim changed = fit;
      PolarSlack slack = *held;
      if (trial < 4) slack.split->row_modes = static_cast<std::uint32_t>(random.integer(0, 40));
      if (trial == 4) slack.split->divided_modes ^= 2;
      if (trial == 5) slack.exponent += 1;
      for (SlackPiece& piece : slack.pieces) {
        if (trial == 6) piece.values *= 2;
        if (trial == 7) piece.values.setZero();
        if (trial == 8 && piece.values.size() > 0) piece.values(0, 0) += 10;
      }
      if (trial == 9) slack.cover *= 2;
      if (trial == 10) slack.cover *= -1;
      if (trial == 11) slack.gram_cover *= 2;
      changed.model.certificate.slack = std::make_shared<const PolarSlack>(slack);
      const verify::Report report = verify::verify_tensor(changed.model, changed.data);
      if (report.found.proof == Proof::none) continue;
      // No lower bound exceeds the objective of a model that is at hand.
      EXPECT_LE(report.found.lower_bound, claim.objective * (1 + 1e-9)) << problems()[k].name;
      for (const verify::Check& check : report.checks)
        if (check.name == "polar bound") {
          EXPECT_GE(report.found.polar_bound, check.found * (1 - 1e-9)) << problems()[k].name;
        }
    }
  }
}

/// A model that is not optimal, in a claim that agrees with itself.
TEST(TensorVerify, ForgedOptimaAreRefused) {
  for (std::size_t k = 0; k < fits().size(); ++k) {
    TensorClaim forged = fits()[k];
    TensorModel& model = forged.model;
    for (Factor& factor : model.factors) factor.col(0) *= 0.8;
    for (Index c = 1; c < model.size(); ++c)
      for (Factor& factor : model.factors) factor.col(c) *= 0.5;
    const verify::Report found = verify::verify_tensor(model, forged.data);
    Certificate& claim = model.certificate;
    claim.objective = found.found.objective;
    claim.gap = 1e-7 * claim.objective;
    claim.lower_bound = claim.objective - claim.gap;
    claim.relative_gap = claim.gap / claim.objective;
    claim.polar_bound = model.lambda;
    claim.dual_scale = 1;
    model.status = Status::optimal;
    const verify::Report report = verify::verify_tensor(model, forged.data);
    EXPECT_FALSE(report.confirmed) << problems()[k].name;
    EXPECT_NE(report.status, Status::optimal) << problems()[k].name;
  }
}

}  // namespace
}  // namespace hadal
