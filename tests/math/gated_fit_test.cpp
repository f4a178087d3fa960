#include <gmock/gmock.h>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "network_support.hpp"

namespace hadal {
namespace {

NetworkFitOptions gated(double ratio, Index gates, double tolerance = 1e-6) {
  NetworkFitOptions options = test::at_ratio(ratio, "linear", tolerance);
  options.gates = gates;
  options.seed = 3;
  return options;
}

/// sum_g lambda || W_g ||_* + half of || Y - sum_g D_g X W_g ||^2 by accelerated proximal gradient
/// steps (Beck and Teboulle 2009) on all W_g: another method, on the problem as it is stated.
double by_proximal_gradients(const NetworkModel& model, const SampleData& data) {
  const Factor x = standardised(model, data.inputs);
  const Factor y = data.targets.rowwise() - model.offset.transpose();
  const Index d = x.cols(), gates = model.gates.cols();
  Factor wide(x.rows(), d * gates);
  for (Index g = 0; g < gates; ++g) {
    const Vector open = ((x * model.gates.col(g)).array() > 0).cast<double>();
    wide.middleCols(g * d, d) = open.asDiagonal() * x;
  }
  const double curvature = Matrix(wide * wide.transpose()).norm();
  Factor w = Factor::Zero(wide.cols(), y.cols()), from = w;
  double momentum = 1, penalty = 0;
  for (int step = 0; step < 20'000; ++step) {
    Factor next = from - wide.transpose() * (wide * from - y) / curvature;
    penalty = 0;
    for (Index g = 0; g < gates; ++g) {
      const Eigen::BDCSVD<Matrix> svd(Matrix(next.middleRows(g * d, d)),
                                      Eigen::ComputeThinU | Eigen::ComputeThinV);
      const Vector kept = (svd.singularValues().array() - model.lambda / curvature).max(0.0);
      next.middleRows(g * d, d) = svd.matrixU() * kept.asDiagonal() * svd.matrixV().transpose();
      penalty += kept.sum();
    }
    const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    from = next + (momentum - 1) / grown * (next - w);
    momentum = grown;
    w = next;
  }
  return (y - wide * w).squaredNorm() / 2 + model.lambda * penalty;
}

TEST(GatedFit, IsTheOptimumOfTheConvexProblem) {
  for (const Index outputs : {1, 3}) {
    const SampleData data = test::surface(40, 3, outputs, 2);
    const NetworkModel model = fit_network(data, gated(0.1, 12));
    ASSERT_GT(model.size(), 1);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_EQ(model.certificate.proof, Proof::deterministic);
    const double expected = by_proximal_gradients(model, data);
    EXPECT_NEAR(model.certificate.objective, expected, 2e-6 * expected) << outputs;
    EXPECT_LE(model.certificate.lower_bound, expected);
    EXPECT_TRUE(verify::verify_network(model, data).confirmed);
  }
}

TEST(GatedFit, OfManyInputsIsProved) {
  const SampleData data = test::surface(150, 20, 2, 3);
  const NetworkModel model = fit_network(data, gated(0.2, 60));
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_TRUE(verify::verify_network(model, data).confirmed);
}

TEST(GatedFit, OfTwoClassesIsTheSameFromTheSameSeedOnly) {
  const SampleData data = test::rings(80, 2, 4);
  const NetworkModel one = fit_network(data, gated(0.1, 40)),
                     same = fit_network(data, gated(0.1, 40));
  EXPECT_EQ(one.status, Status::optimal);
  EXPECT_EQ(one.certificate.objective, same.certificate.objective);
  NetworkFitOptions options = gated(0.1, 40);
  options.seed = 4;
  EXPECT_NE(fit_network(data, options).certificate.objective, one.certificate.objective);
}

TEST(GatedFit, RefusesOtherUnitsAndPenalties) {
  const SampleData data = test::surface(20, 2, 1, 5);
  NetworkFitOptions options = gated(0.1, 5);
  options.activation = Activation::from_string("relu");
  EXPECT_THROW(fit_network(data, options), ArgumentError);
  options = gated(0.1, 5);
  options.penalty = UnitPenalty::path;
  EXPECT_THROW(fit_network(data, options), ArgumentError);
  EXPECT_THROW(fit_network(data, gated(0.1, -1)), ArgumentError);
}

}  // namespace
}  // namespace hadal
