#include "hadal/fit/network_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "math/network_support.hpp"

namespace hadal {
namespace {

using test::at_ratio;

/// min over A of loss(A) + lambda ||A||_*, by accelerated proximal gradients with restarts.
/// `gradient` returns the loss and sets its gradient; curvature: a bound on its second derivative.
double nuclear_minimum(Matrix a, double lambda, double curvature,
                       const std::function<double(const Matrix&, Matrix&)>& gradient) {
  Matrix from = a, g;
  double momentum = 1, best = std::numeric_limits<double>::infinity();
  constexpr int steps = 20'000;
  for (int step = 0; step < steps; ++step) {
    gradient(from, g);
    const Eigen::JacobiSVD<Matrix> svd(Matrix(from - g / curvature),
                                       Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector value = (svd.singularValues().array() - lambda / curvature).max(0);
    const Matrix next = svd.matrixU() * value.asDiagonal() * svd.matrixV().transpose();
    const double objective = gradient(next, g) + lambda * value.sum();
    if (objective > best) momentum = 1;
    best = std::min(best, objective);
    const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    from = next + (momentum - 1) / grown * (next - a);
    momentum = grown;
    a = next;
  }
  return best;
}

TEST(NetworkFit, OfLinearUnitsIsTheNuclearNormOfTheirProduct) {
  const SampleData data = test::surface(40, 4, 3, 1);
  const NetworkModel model = fit_network(data, at_ratio(0.2, "linear", 1e-8));
  EXPECT_EQ(model.status, Status::optimal);
  const Matrix x = standardised(model, data.inputs);
  const Matrix y = data.targets.rowwise() - model.offset.transpose();
  const double least = nuclear_minimum(Matrix::Zero(5, 3), model.lambda, (x.transpose() * x).norm(),
                                       [&](const Matrix& a, Matrix& g) {
                                         const Matrix error = x * a - y;
                                         g = x.transpose() * error;
                                         return error.squaredNorm() / 2;
                                       });
  EXPECT_NEAR(model.certificate.objective, least, 1e-7 * least);
}

TEST(NetworkFit, OfSquareUnitsIsASemidefiniteProblem) {
  const SampleData data = test::rings(60, 2, 2);
  const NetworkModel model = fit_network(data, at_ratio(0.1, "square", 1e-7));
  EXPECT_EQ(model.status, Status::optimal);
  const Matrix x = standardised(model, data.inputs);
  const double least =
      nuclear_minimum(Matrix::Zero(3, 3), model.lambda, x.rowwise().norm().array().pow(4).sum() / 4,
                      [&](const Matrix& a, Matrix& g) {
                        g.setZero(3, 3);
                        double loss = 0;
                        for (Index i = 0; i < x.rows(); ++i) {
                          const double y = data.labels[static_cast<std::size_t>(i)] ? 1 : -1;
                          const double margin = y * (x.row(i) * a * x.row(i).transpose()).value();
                          loss += std::log1p(std::exp(-margin));
                          g -= y / (1 + std::exp(margin)) * x.row(i).transpose() * x.row(i);
                        }
                        return loss;
                      });
  EXPECT_NEAR(model.certificate.objective, least, 1e-6 * least);
}

/// loss + lambda sum (||u||^2 + ||v||^2) / 2 by plain gradient steps from a random start.
double trained(const NetworkModel& model, const SampleData& data, unsigned seed) {
  test::Draws draws(seed);
  const Factor x = standardised(model, data.inputs);
  Matrix u = 0.5 * draws.matrix(x.cols(), model.size()), v = 0.5 * draws.vector(model.size());
  double least = std::numeric_limits<double>::infinity();
  constexpr int steps = 4000;
  for (int step = 0; step < steps; ++step) {
    const Matrix in = x * u, hidden = in.cwiseMax(0);
    const Vector z = hidden * v;
    Vector force(z.size());
    double objective = model.lambda * (u.squaredNorm() + v.squaredNorm()) / 2;
    for (Index i = 0; i < z.size(); ++i) {
      const double y = data.labels[static_cast<std::size_t>(i)] ? 1 : -1;
      objective += std::log1p(std::exp(-y * z[i]));
      force[i] = y / (1 + std::exp(y * z[i]));
    }
    least = std::min(least, objective);
    const Matrix open = (in.array() > 0).cast<double>();
    const Matrix du = x.transpose() * (force * v.transpose()).cwiseProduct(open) - model.lambda * u;
    const Vector dv = hidden.transpose() * force - model.lambda * v;
    const double rate = 0.02 / (1 + 0.002 * step);
    u += rate * du;
    v += rate * dv;
  }
  return least;
}

TEST(NetworkFit, OfTwoInputsIsProvedAndNoTrainingIsBelowTheBound) {
  const SampleData data = test::rings(150, 2, 3);
  const NetworkModel model = fit_network(data, at_ratio(0.05));
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_LE(model.certificate.relative_gap, 1e-4);
  double best = std::numeric_limits<double>::infinity();
  for (unsigned seed = 0; seed < 10; ++seed) best = std::min(best, trained(model, data, seed));
  EXPECT_GE(best, model.certificate.lower_bound);
  EXPECT_LE(best, 1.2 * model.certificate.objective);  // or it would prove nothing
}

TEST(NetworkFit, IsTheSameFromEverySeed) {
  const SampleData data = test::rings(120, 2, 4);
  NetworkFitOptions options = at_ratio(0.1, "relu", 1e-6);
  const NetworkModel first = fit_network(data, options);
  EXPECT_EQ(first.status, Status::optimal);
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    options.seed = seed;
    const NetworkModel model = fit_network(data, options);
    EXPECT_NEAR(model.certificate.objective, first.certificate.objective,
                2e-6 * first.certificate.objective);
  }
}

class EveryNetwork : public testing::TestWithParam<std::tuple<std::string, LossKind>> {};

/// At a stationary point <R, act(X u_j) v_j^T> = lambda ||u_j||^a ||v_j|| for every unit, R minus
/// the gradient of the loss.
TEST_P(EveryNetwork, IsStationaryBalancedAndConfirmed) {
  const auto& [activation, loss] = GetParam();
  const bool classes = loss == LossKind::logistic || loss == LossKind::multinomial;
  SampleData data = classes ? test::rings(90, loss == LossKind::logistic ? 2 : 3, 5)
                            : test::surface(80, 2, loss == LossKind::huber ? 2 : 1, 5);
  if (loss == LossKind::poisson) data.targets = data.targets.array().abs().round();
  NetworkFitOptions options = at_ratio(0.1, activation, 1e-3);
  if (!classes) options.loss = loss;
  const NetworkModel model = fit_network(data, options);
  ASSERT_GT(model.size(), 0);
  const Factor z = scores(model, data.inputs).rowwise() - model.offset.transpose();
  const Factor zero = Factor::Zero(z.rows(), z.cols());
  const Factor x = standardised(model, data.inputs);
  Factor force(z.rows(), z.cols());
  for (Index i = 0; i < z.rows(); ++i) {
    const Eigen::RowVectorXd p = (z.row(i).array() - z.row(i).maxCoeff()).exp();
    for (Index k = 0; k < z.cols(); ++k) {
      const double s = z(i, k);
      if (loss == LossKind::multinomial)
        force(i, k) = (data.labels[static_cast<std::size_t>(i)] == k) - p[k] / p.sum();
      else if (loss == LossKind::logistic)
        force(i, k) = data.labels[static_cast<std::size_t>(i)] - 1 / (1 + std::exp(-s));
      else if (loss == LossKind::poisson)
        force(i, k) = data.targets(i, k) - std::exp(s);
      else
        force(i, k) = data.targets(i, k) - model.offset[k] - s;
      if (loss == LossKind::huber)
        force(i, k) = std::clamp(force(i, k), -model.huber_threshold, model.huber_threshold);
    }
  }
  const Index pieces = model.activation.pieces;
  for (Index j = 0; j < model.size(); ++j) {
    const Factor u = model.u.middleCols(j * pieces, pieces);
    Factor hidden;
    activate(model.activation, x * u, hidden);
    const double penalty = std::pow(u.norm(), model.activation.degree()) * model.v.col(j).norm();
    EXPECT_NEAR((force.transpose() * hidden).col(0).dot(model.v.col(j)), model.lambda * penalty,
                0.02 * model.lambda * penalty)
        << j;
    EXPECT_NEAR(u.norm(), model.v.col(j).norm(), 1e-10 * u.norm());
  }
  const verify::Report report = verify::verify_network(model, data);
  for (const verify::Check& check : report.checks)
    EXPECT_TRUE(check.passed) << check.name << ": " << check.remark << " " << check.claimed << " "
                              << check.found;
  const bool provable = model.activation.kind != Activation::Kind::maxout &&
                        (model.activation.degree() == 1 || model.outputs() == 1);
  EXPECT_EQ(model.certificate.proof, provable ? Proof::deterministic : Proof::none);
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryNetwork,
    testing::Combine(testing::Values("linear", "relu", "leaky:0.2", "abs", "square", "maxout:2"),
                     testing::Values(LossKind::squared, LossKind::huber, LossKind::logistic,
                                     LossKind::poisson, LossKind::multinomial)));

TEST(NetworkFit, AboveTheLargestLambdaHasNoUnits) {
  const SampleData data = test::rings(50, 2, 6);
  NetworkFitOptions options = at_ratio(1);
  const NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_EQ(model.status, Status::optimal);
  options.lambda = {LambdaChoice::Kind::absolute, 0.9 * model.lambda_max, 5, false};
  EXPECT_GT(fit_network(data, options).size(), 0);
}

TEST(NetworkFit, ScalesWithItsTargets) {
  SampleData data = test::surface(60, 2, 1, 7);
  const NetworkModel one = fit_network(data, at_ratio(0.1));
  for (const double scale : {0x1p-300, 0x1p300}) {
    SampleData scaled = data;
    scaled.targets *= scale;
    const NetworkModel model = fit_network(scaled, at_ratio(0.1));
    EXPECT_EQ(model.size(), one.size());
    EXPECT_NEAR(model.certificate.objective, scale * scale * one.certificate.objective,
                1e-9 * model.certificate.objective);
    EXPECT_TRUE(verify::verify_network(model, scaled).confirmed);
  }
}

TEST(NetworkFit, AWeightIsThatManySamples) {
  SampleData data = test::surface(40, 2, 1, 8);
  NetworkFitOptions options = at_ratio(0.1, "relu", 1e-6);
  SampleData twice = data;
  twice.inputs.resize(80, 2);
  twice.inputs << data.inputs, data.inputs;
  twice.targets.resize(80, 1);
  twice.targets << data.targets, data.targets;
  data.weight = Vector::Constant(40, 2);
  const NetworkModel weighted = fit_network(data, options), doubled = fit_network(twice, options);
  EXPECT_NEAR(weighted.certificate.objective, doubled.certificate.objective,
              3e-6 * doubled.certificate.objective);
  EXPECT_TRUE(verify::verify_network(weighted, data).confirmed);
}

TEST(NetworkFit, OfThePathPenaltyIsProvedForFewInputs) {
  for (const Index outputs : {1, 2})
    for (const char* const activation : {"relu", "abs", "linear"}) {
      const SampleData data = test::surface(60, 2, outputs, 9);
      NetworkFitOptions options = at_ratio(0.2, activation);
      options.penalty = UnitPenalty::path;
      const NetworkModel model = fit_network(data, options);
      ASSERT_GT(model.size(), 0);
      EXPECT_LT(model.certificate.relative_gap, 1e-4) << activation;
      for (Index j = 0; j < model.size(); ++j)
        EXPECT_NEAR(model.u.col(j).lpNorm<1>(), model.v.col(j).lpNorm<1>(), 1e-9);
      EXPECT_TRUE(verify::verify_network(model, data).confirmed) << activation << " " << outputs;
    }
}

/// Few samples leave few directions in which a unit collects the most, and the search misses them:
/// the branch and bound meets them.
TEST(NetworkFit, GoesOnFromWhatItsProofHasMet) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    SampleData data = test::with_columns(test::Draws(seed).matrix(8, 3));
    data.task = Task::classification;
    data.classes = {"a", "b", "c"};
    for (int i = 0; i < 8; ++i) data.labels.push_back(i % 3);
    NetworkFitOptions options = at_ratio(0.1);
    options.penalty = UnitPenalty::path;
    const NetworkModel model = fit_network(data, options);
    EXPECT_EQ(model.status, Status::optimal)
        << "seed " << seed << ", gap " << model.certificate.relative_gap;
  }
}

TEST(NetworkFit, OfTargetsThatAreAllAlikeHasNoUnitsAndIsConfirmed) {
  for (const char* const activation : {"relu", "linear", "square", "abs", "maxout:2"})
    for (const double target : {3.0, 0.1}) {
      SampleData data = test::surface(30, 3, 1, 5);
      data.targets.setConstant(target);
      const NetworkModel model = fit_network(data, at_ratio(0.1, activation));
      EXPECT_EQ(model.size(), 0) << activation;
      EXPECT_EQ(model.certificate.objective, 0);
      EXPECT_EQ(model.train_error, 0);
      EXPECT_TRUE(verify::verify_network(model, data).confirmed) << activation << " " << target;
    }
}

/// Samples whose inputs are zero hold all forces: no unit collects anything.
TEST(NetworkFit, WhereNoUnitCollectsAnythingHasNone) {
  SampleData data = test::surface(4, 2, 1, 5);
  data.inputs << 0, 0, 0, 0, 1, 2, -1, 1;
  data.targets << 1, -1, 0, 0;
  NetworkFitOptions options = at_ratio(0.1);
  options.bias = options.standardise = false;
  const NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(NetworkFit, OfInputsThatAreAllAlikeHasNoUnits) {
  SampleData data = test::surface(30, 3, 1, 5);
  data.inputs.setConstant(0.1);
  NetworkFitOptions options = at_ratio(0.1);
  options.bias = false;
  const NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.size(), 0);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(NetworkFit, OfThePathPenaltyAndManyInputsIsBounded) {
  const SampleData data = test::surface(100, 12, 1, 9);
  NetworkFitOptions options = at_ratio(0.2, "relu", 1e-3);
  options.penalty = UnitPenalty::path;
  const NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.status, Status::bounded);
  EXPECT_THAT(model.certificate.method, testing::HasSubstr("corners"));
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(NetworkFit, OfManyInputsIsBoundedAndConfirmed) {
  const SampleData data = test::surface(100, 12, 1, 10);
  const NetworkModel model = fit_network(data, at_ratio(0.3, "relu", 1e-3));
  EXPECT_EQ(model.status, Status::bounded);
  EXPECT_THAT(model.certificate.method, testing::HasSubstr("relaxation"));
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(NetworkFit, ChoosesLambdaByFoldsOrAHeldOutPart) {
  const SampleData data = test::rings(120, 2, 11);
  NetworkFitOptions options;
  options.tolerance = 1e-3;
  options.lambda.folds = 3;
  const NetworkModel folds = fit_network(data, options);
  EXPECT_GE(folds.path.size(), 4u);
  EXPECT_GT(folds.validation_accuracy, 0.7);
  options.validation = 0.25;
  const NetworkModel part = fit_network(data, options);
  EXPECT_GT(part.validation_accuracy, 0.6);
  EXPECT_TRUE(std::isnan(part.path.front().validation_standard_error));
}

// The held-out error stays where a plane has it until there are enough units for the arms.
TEST(NetworkFit, ChoosesLambdaBehindAPlateau) {
  const SampleData data = test::spirals(300, 21);
  NetworkFitOptions options;
  options.tolerance = 1e-2;
  options.proof = ProofChoice::none;
  const NetworkModel model = fit_network(data, options);
  EXPECT_GT(model.validation_accuracy, 0.95);
}

// Where nothing can be learnt the largest lambda is the best, and its accuracy is still known.
TEST(NetworkFit, TellsTheHeldOutAccuracyOfAnyLambdaThatIsChosen) {
  SampleData data = test::rings(60, 2, 12);
  std::mt19937 random(4);
  for (int& label : data.labels) label = static_cast<int>(random() % 2);
  NetworkFitOptions options;
  options.tolerance = 1e-2;
  options.validation = 0.3;
  const NetworkModel part = fit_network(data, options);
  EXPECT_GE(part.path.size(), 5u);
  EXPECT_GE(part.validation_accuracy, 0);
  options.validation = 0;
  options.lambda.folds = 3;
  options.lambda.one_standard_error = true;
  EXPECT_GE(fit_network(data, options).validation_accuracy, 0);
}

TEST(NetworkFit, StopsWithinASearchWhenAskedTo) {
  const SampleData data = test::rings(60, 2, 12);
  NetworkFitOptions options = at_ratio(0.05, "relu", 1e-6);
  int polls = 0;
  options.threads = 1;
  options.cancelled = [&] { return ++polls > 3; };
  const NetworkModel model = fit_network(data, options);
  EXPECT_EQ(model.stop, StopReason::interrupted);
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(NetworkFit, RefusesWhatDoesNotFit) {
  const SampleData classes = test::rings(20, 3, 12), values = test::surface(20, 2, 1, 12);
  NetworkFitOptions options = at_ratio(0.1);
  options.loss = LossKind::poisson;
  EXPECT_THROW(fit_network(classes, options), ArgumentError);
  EXPECT_THROW(fit_network(test::with_columns(-values.inputs), options), DataError);
  SampleData negative = values;
  negative.targets = -values.targets;
  EXPECT_THROW(fit_network(negative, options), DataError);
  options.loss = LossKind::multinomial;
  EXPECT_THROW(fit_network(values, options), ArgumentError);
  options = at_ratio(0.1, "square");
  options.penalty = UnitPenalty::path;
  EXPECT_THROW(fit_network(values, options), ArgumentError);
  options = at_ratio(0.1);
  options.validation = 0.2;
  EXPECT_THROW(fit_network(values, options), ArgumentError);
  options = at_ratio(0.1);
  options.checkpoint = "state.h5";
  EXPECT_THROW(fit_network(values, options), ArgumentError);
  SampleData none = values;
  none.has_targets = false;
  EXPECT_THROW(fit_network(none, at_ratio(0.1)), DataError);
}

}  // namespace
}  // namespace hadal
