#include <gtest/gtest.h>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/descent/factor_newton.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/solve.hpp"
#include "hadal/verify/verify.hpp"
#include "math/support.hpp"

// Points that look optimal and are not, and data that invite a false claim.
namespace hadal {
namespace {

TEST(Traps, LeavesStationaryPointsThatAreNotGlobal) {
  test::Random random(1);
  const Matrix y = random.with_singular_values(30, 20, Vector::LinSpaced(20, 10, 0.5));
  const Entries entries = entries_from_dense(Factor(y));
  const ObservedPattern pattern(entries);
  const SquaredLoss loss(Eigen::Map<const Vector>(entries.value.data(), entries.size()));
  const RankOneFamily family(pattern);
  const FactorNewton descent;
  SolveOptions options;
  options.lambda = 2;
  // Singular pairs other than the first three, shrunk as they would be at the optimum.
  const Eigen::JacobiSVD<Matrix> svd(y, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector root = (svd.singularValues().segment(3, 4).array() - 2).sqrt();
  const RankOneAtoms start{Factor(svd.matrixU().middleCols(3, 4) * root.asDiagonal()),
                           Factor(svd.matrixV().middleCols(3, 4) * root.asDiagonal())};
  const auto result = SolveLoop(loss, family, descent, options).run_from(start);
  EXPECT_EQ(result.stop, StopReason::tolerance);
  const Matrix x = result.atoms.u * result.atoms.v.transpose();
  EXPECT_LT((x - test::soft_thresholded(y, 2)).norm(), 1e-3 * y.norm());
}

TEST(Traps, NearlyAndExactlyEqualSingularValues) {
  test::Random random(2);
  Vector close(6);
  close << 5, 5 * (1 - 1e-9), 5 * (1 - 2e-9), 1, 1, 1;
  for (const Matrix& y : {random.with_singular_values(18, 15, close),
                          Matrix(Matrix::Identity(12, 12)), Matrix(Matrix::Ones(9, 14))}) {
    for (const ProofChoice proof : {ProofChoice::deterministic, ProofChoice::probabilistic}) {
      for (const double ratio : {0.1, 0.9, 1 - 1e-9}) {
        MatrixFitOptions options = test::plain_options(ratio);
        options.proof = proof;
        const MatrixData data = test::dense_data(y);
        const MatrixModel model = fit_matrix(data, options);
        EXPECT_EQ(model.status, Status::optimal);
        const Vector sigma = test::dense_singular_values(y);
        const Vector shrunk = (sigma.array() - model.lambda).max(0.0);
        const double optimum =
            sigma.cwiseMin(model.lambda).squaredNorm() / 2 + model.lambda * shrunk.sum();
        EXPECT_NEAR(model.certificate.objective, optimum, 2e-6 * optimum);
        EXPECT_LE(model.certificate.lower_bound, optimum * (1 + 1e-12));
        EXPECT_TRUE(verify::verify_matrix(model, data).confirmed);
      }
    }
  }
}

TEST(Traps, ASmallMatrixWithAProbabilisticProofIsNotOptimalAtZero) {
  test::Random random(3);
  for (const Index n : {2, 3, 5, 10, 20}) {
    MatrixFitOptions options = test::plain_options(0.3);
    options.proof = ProofChoice::probabilistic;
    const MatrixData data = test::dense_data(random.matrix(n, n + 2));
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_GT(model.size(), 0);
    EXPECT_GE(model.certificate.polar_bound, model.lambda * (1 - 1e-9));
    EXPECT_TRUE(verify::verify_matrix(model, data).confirmed);
  }
}

}  // namespace
}  // namespace hadal
