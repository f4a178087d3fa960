#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <string>

#include "hadal/verify/verify.hpp"
#include "plain_fit.hpp"

/// One field of a true claim is changed at a time; the checker has to notice.
namespace hadal {
namespace {

using test::Fitted;

struct Target {
  std::string name;
  std::function<double*(Fitted&)> at;
};

/// True optima, each exercising other fields: offsets, weights of the norm, weights of the data.
const std::vector<Fitted>& true_claims() {
  static const std::vector<Fitted> fits = [] {
    std::vector<Fitted> result;
    test::PlainOptions options;
    options.tolerance = 1e-9;
    options.terms = OffsetTerms::rows;
    result.push_back(test::plain_fit(test::random_data(12, 9, 0.7, 5), options));
    options.terms = OffsetTerms::both;
    options.alpha = 0.5;
    result.push_back(test::plain_fit(test::random_data(9, 12, 0.7, 8, true), options));
    options.policy = OffsetPolicy::free;
    options.ridge = 0.1;
    options.alpha = 0;
    options.tolerance = 1e-8;
    result.push_back(test::plain_fit(test::random_data(10, 10, 0.8, 9, true), options));
    return result;
  }();
  return fits;
}

bool confirmed(const Fitted& fitted) {
  return verify::verify_matrix(fitted.model, fitted.data).confirmed;
}

/// Every number of the model and the data, by name.
std::vector<Target> every_number(const Fitted& fitted) {
  std::vector<Target> targets;
  const auto add = [&](std::string name, Index count, auto data) {
    for (Index i = 0; i < count; ++i)
      targets.push_back(
          {name + "[" + std::to_string(i) + "]", [data, i](Fitted& f) { return data(f) + i; }});
  };
  const MatrixModel& model = fitted.model;
  add("u", model.u.size(), [](Fitted& f) { return f.model.u.data(); });
  add("v", model.v.size(), [](Fitted& f) { return f.model.v.data(); });
  add("row offset", model.offset.row.size(), [](Fitted& f) { return f.model.offset.row.data(); });
  add("column offset", model.offset.column.size(),
      [](Fitted& f) { return f.model.offset.column.data(); });
  add("row scale", model.norm.row_scale.size(),
      [](Fitted& f) { return f.model.norm.row_scale.data(); });
  add("column scale", model.norm.column_scale.size(),
      [](Fitted& f) { return f.model.norm.column_scale.data(); });
  add("value", fitted.data.entries.size(), [](Fitted& f) { return f.data.entries.value.data(); });
  add("weight", static_cast<Index>(fitted.data.entries.weight.size()),
      [](Fitted& f) { return f.data.entries.weight.data(); });
  add("global offset", model.offset.terms != OffsetTerms::none,
      [](Fitted& f) { return &f.model.offset.global; });
  add("ridge", model.offset.policy == OffsetPolicy::free,
      [](Fitted& f) { return &f.model.offset.ridge; });
  add("alpha", model.norm.alpha > 0, [](Fitted& f) { return &f.model.norm.alpha; });
  add("lambda", 1, [](Fitted& f) { return &f.model.lambda; });
  add("lambda_max", 1, [](Fitted& f) { return &f.model.lambda_max; });
  add("objective", 1, [](Fitted& f) { return &f.model.certificate.objective; });
  add("lower_bound", 1, [](Fitted& f) { return &f.model.certificate.lower_bound; });
  add("train_error", 1, [](Fitted& f) { return &f.model.train_error; });
  return targets;
}

TEST(Mutation, true_claims_are_confirmed_before_they_are_changed) {
  for (const Fitted& fitted : true_claims()) {
    ASSERT_EQ(fitted.model.status, Status::optimal);
    EXPECT_TRUE(confirmed(fitted));
  }
}

/// Whether the claims hold for changed data after all, by the tests' own dense computation. A
/// hundred-thousandth in the weight of an entry that is fitted almost exactly changes nothing.
bool still_true(const Fitted& changed) {
  test::PlainProblem problem(changed.data, changed.options);
  problem.offset = changed.model.offset;
  MatrixModel recomputed = changed.model;
  test::claim(recomputed, problem, Proof::deterministic);
  const double objective = changed.model.certificate.objective;
  return std::abs(recomputed.certificate.objective - objective) <= 1e-9 * objective &&
         recomputed.certificate.relative_gap <= changed.model.tolerance;
}

/// A change of a hundred-thousandth of the value (or of one, where that is larger) and gross ones.
TEST(Mutation, any_number_of_model_or_data_changed) {
  const std::vector<std::function<double(double)>> changes{
      [](double x) { return x + 1e-5 * std::max(1.0, std::abs(x)); },
      [](double x) { return x - 1e-5 * std::max(1.0, std::abs(x)); },
      [](double x) { return -x + 0.1; },
      [](double x) { return 2 * x + 1; },
      [](double x) { return x + 1e200; },
  };
  for (const Fitted& fitted : true_claims())
    for (const Target& target : every_number(fitted))
      for (std::size_t change = 0; change < changes.size(); ++change) {
        Fitted changed = fitted;
        double& x = *target.at(changed);
        x = changes[change](x);
        const bool weight = target.name.starts_with("weight") || target.name.starts_with("ridge");
        if (weight && x <= 0) continue;  // no reader lets that through
        const bool data = target.name.starts_with("value") || target.name.starts_with("weight");
        EXPECT_FALSE(confirmed(changed) && !(data && still_true(changed)))
            << target.name << ", change " << change;
      }
}

TEST(Mutation, not_a_number_anywhere) {
  const Fitted& fitted = true_claims()[1];
  for (const Target& target : every_number(fitted)) {
    Fitted changed = fitted;
    *target.at(changed) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(confirmed(changed)) << target.name;
  }
}

/// Changes to the certificate itself, the rest untouched.
struct ClaimChange {
  const char* name;
  std::function<void(MatrixModel&)> apply;
};

const std::vector<ClaimChange>& false_claims() {
  static const std::vector<ClaimChange> changes{
      {"gap a little smaller", [](MatrixModel& m) { m.certificate.gap -= 1e-6; }},
      {"gap a little larger", [](MatrixModel& m) { m.certificate.gap += 1e-6; }},
      {"gap of one", [](MatrixModel& m) { m.certificate.gap = 1; }},
      {"relative gap zero", [](MatrixModel& m) { m.certificate.relative_gap = 0; }},
      {"relative gap a little larger", [](MatrixModel& m) { m.certificate.relative_gap *= 1.001; }},
      {"relative gap of one", [](MatrixModel& m) { m.certificate.relative_gap = 1; }},
      {"polar bound just below", [](MatrixModel& m) { m.certificate.polar_bound *= 1 - 1e-6; }},
      {"polar bound far below", [](MatrixModel& m) { m.certificate.polar_bound *= 0.5; }},
      {"polar bound zero", [](MatrixModel& m) { m.certificate.polar_bound = 0; }},
      {"polar bound above what the dual scale allows",
       [](MatrixModel& m) { m.certificate.polar_bound *= 1 + 1e-6; }},
      {"dual scale above its interval",
       [](MatrixModel& m) { m.certificate.dual_scale *= 1 + 1e-6; }},
      {"dual scale below", [](MatrixModel& m) { m.certificate.dual_scale *= 0.9; }},
      {"dual scale zero", [](MatrixModel& m) { m.certificate.dual_scale = 0; }},
      {"proof none", [](MatrixModel& m) { m.certificate.proof = Proof::none; }},
      {"proof probabilistic without failure probability",
       [](MatrixModel& m) { m.certificate.proof = Proof::probabilistic; }},
      {"failure probability of a deterministic proof",
       [](MatrixModel& m) { m.certificate.failure_probability = 1e-12; }},
      {"failure probability one", [](MatrixModel& m) { m.certificate.failure_probability = 1; }},
      {"failure probability negative",
       [](MatrixModel& m) { m.certificate.failure_probability = -1e-3; }},
      {"status bounded", [](MatrixModel& m) { m.status = Status::bounded; }},
      {"status unproven", [](MatrixModel& m) { m.status = Status::unproven; }},
      {"tolerance below the gap",
       [](MatrixModel& m) { m.tolerance = m.certificate.relative_gap * 0.99; }},
      {"tolerance negative", [](MatrixModel& m) { m.tolerance = -1; }},
      {"another loss", [](MatrixModel& m) { m.loss = LossKind::huber; }},
      {"another loss with a threshold of its own",
       [](MatrixModel& m) {
         m.loss = LossKind::huber;
         m.huber_threshold = 0.01;
       }},
      {"a threshold without its loss", [](MatrixModel& m) { m.huber_threshold = 1; }},
      {"a loss of classes", [](MatrixModel& m) { m.loss = LossKind::logistic; }},
      {"a loss of counts", [](MatrixModel& m) { m.loss = LossKind::poisson; }},
      {"one atom less",
       [](MatrixModel& m) {
         const Index fewer = m.size() - 1;
         m.u = Factor(m.u.leftCols(fewer));
         m.v = Factor(m.v.leftCols(fewer));
       }},
      {"one atom too many",
       [](MatrixModel& m) {
         Factor u = Factor::Constant(m.rows(), m.size() + 1, 1e-4);
         Factor v = Factor::Constant(m.columns(), m.size() + 1, 1e-4);
         u.leftCols(m.size()) = m.u;
         v.leftCols(m.size()) = m.v;
         m.u = u;
         m.v = v;
       }},
      {"atoms out of order",
       [](MatrixModel& m) {
         m.u.col(0).swap(m.u.col(1));
         m.v.col(0).swap(m.v.col(1));
       }},
      {"factors out of balance",
       [](MatrixModel& m) {
         m.u.col(0) *= 1.001;
         m.v.col(0) /= 1.001;
       }},
      {"validation error infinite",
       [](MatrixModel& m) { m.validation_error = std::numeric_limits<double>::infinity(); }},
      {"refit not finite",
       [](MatrixModel& m) {
         m.refit = Refit{"core", m.u, m.v, 1.0};
         m.refit->u(0, 0) = std::numeric_limits<double>::quiet_NaN();
       }},
      {"refit of another size that is none of parts",
       [](MatrixModel& m) {
         m.refit = Refit{"core", m.u.leftCols(1), m.v.leftCols(1), 1.0};
       }},
      {"refit of more parts than there are",
       [](MatrixModel& m) {
         m.refit = Refit{"parts", Factor::Ones(m.u.rows(), m.size() + 1),
                         Factor::Ones(m.v.rows(), m.size() + 1), 1.0};
       }},
      {"refit of another shape",
       [](MatrixModel& m) {
         m.refit = Refit{"core", m.v, m.u.leftCols(1), 1.0};
       }},
  };
  return changes;
}

TEST(Mutation, a_false_claim_about_a_true_model) {
  // With a gap that a change of a millionth shows in.
  test::PlainOptions options;
  options.iterations = 60;
  options.tolerance = 0.05;
  Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), options);
  ASSERT_EQ(fitted.model.status, Status::optimal);
  ASSERT_GT(fitted.model.certificate.gap, 0);
  ASSERT_GT(fitted.model.certificate.polar_bound, fitted.model.lambda);
  ASSERT_TRUE(confirmed(fitted));
  for (const ClaimChange& change : false_claims()) {
    Fitted changed = fitted;
    change.apply(changed.model);
    EXPECT_FALSE(confirmed(changed)) << change.name;
  }
}

/// An infinite objective is equal to no claim, however wide the tolerance that is relative to it.
TEST(Mutation, factors_whose_objective_overflows) {
  Fitted changed = true_claims()[0];
  changed.model.u *= 1e100;
  changed.model.v *= 1e100;
  for (const verify::Check& check : verify::verify_matrix(changed.model, changed.data).checks) {
    if (check.name == "train error") changed.model.train_error = check.found;
  }
  EXPECT_TRUE(std::isfinite(changed.model.train_error));
  EXPECT_FALSE(confirmed(changed));
}

/// A claim made weaker stays true, and is confirmed: a wider tolerance, a smaller polar claim with
/// the dual scale, bound and gap that go with it, a proof that may fail where one cannot.
TEST(Mutation, a_weaker_claim_stays_true) {
  const Fitted& fitted = true_claims()[0];
  Fitted wider = fitted;
  wider.model.tolerance *= 10;
  EXPECT_TRUE(confirmed(wider));

  Fitted looser = fitted;
  Certificate& claim = looser.model.certificate;
  claim.polar_bound *= 1.1;
  const test::PlainOptions options{.terms = OffsetTerms::rows};
  const test::PlainProblem problem(fitted.data, options);
  const auto [linear, quadratic] = problem.dual(fitted.model.u * fitted.model.v.transpose());
  claim.dual_scale = fitted.model.lambda / claim.polar_bound;
  claim.lower_bound =
      claim.dual_scale * linear - claim.dual_scale * claim.dual_scale * quadratic / 2;
  claim.gap = claim.objective - claim.lower_bound;
  claim.relative_gap = claim.gap / claim.objective;
  looser.model.status = Status::bounded;
  EXPECT_TRUE(confirmed(looser));

  Fitted may_fail = fitted;
  may_fail.model.certificate.proof = Proof::probabilistic;
  may_fail.model.certificate.failure_probability = 1e-9;
  EXPECT_TRUE(confirmed(may_fail));
}

/// A model that is not optimal, with a certificate forged to agree with itself.
TEST(Mutation, a_forged_certificate) {
  test::PlainOptions options;
  options.iterations = 6;
  options.tolerance = 1e-6;
  for (const Proof proof : {Proof::deterministic, Proof::probabilistic}) {
    Fitted fitted = test::plain_fit(test::random_data(12, 9, 0.7, 5), options, proof);
    ASSERT_EQ(fitted.model.status, Status::bounded);
    Certificate& claim = fitted.model.certificate;
    claim.gap = 1e-9 * claim.objective;
    claim.lower_bound = claim.objective - claim.gap;
    claim.relative_gap = claim.gap / claim.objective;
    claim.polar_bound = fitted.model.lambda;
    claim.dual_scale = 1;
    fitted.model.status = Status::optimal;
    const verify::Report report = verify::verify_matrix(fitted.model, fitted.data);
    EXPECT_FALSE(report.confirmed);
    EXPECT_EQ(report.status, Status::bounded);
    EXPECT_GT(report.found.relative_gap, 1e-6);
    for (const verify::Check& check : report.checks)
      if (check.name == "relative gap" || check.name == "lower bound") {
        EXPECT_FALSE(check.passed) << check.name;
      }
  }
}

}  // namespace
}  // namespace hadal
