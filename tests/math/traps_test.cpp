#include <gtest/gtest.h>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/lanczos.hpp"
#include "hadal/certify/spectral_bound.hpp"
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

/// The vector that a Lanczos run with this seed starts from.
Vector lanczos_start(Index dimension, std::uint64_t seed) {
  Vector start;
  Lanczos probe(dimension, seed, [&](const Vector& x, Vector& y) { start = y = x; });
  probe.run_to(1);
  return start;
}

/// A matrix of given singular values whose top right vector is orthogonal to these Lanczos starts.
Matrix with_hidden_top(Index rows, const Vector& sigma, const std::vector<std::uint64_t>& seeds,
                       test::Random& random) {
  const Index n = sigma.size();
  Matrix starts(n, static_cast<Index>(seeds.size()));
  for (std::size_t k = 0; k < seeds.size(); ++k)
    starts.col(static_cast<Index>(k)) = lanczos_start(n, seeds[k]);
  Matrix basis(n, n);
  basis << starts, random.matrix(n, n - starts.cols());
  const Matrix q = Eigen::HouseholderQR<Matrix>(basis).householderQ();
  const Matrix right = q.rowwise().reverse();
  EXPECT_LT((starts.transpose() * right.col(0)).norm(), 1e-14);
  return random.orthonormal(rows, n) * sigma.asDiagonal() * right.transpose();
}

/// Without rounding a Lanczos run would never see the top value: no bound may be below it all the
/// same, however far or little it stands out.
TEST(Traps, ALanczosStartOrthogonalToTheTopVectorProvesNothingFalse) {
  constexpr Index n = 150, m = 160;
  for (const double top : {1.001, 1.02, 1.05, 1.1, 1.2, 2.0, 100.0}) {
    test::Random random(4);
    Vector sigma = Vector::LinSpaced(n, 1, 0.01);
    sigma[0] = top;
    const Matrix q = with_hidden_top(m, sigma, {7}, random);
    const Entries entries = entries_from_dense(Factor(q));
    const ObservedPattern pattern(entries);
    const Vector values = Eigen::Map<const Vector>(entries.value.data(), entries.size());
    for (const double lambda : {0.9, 1.0, 1.01, 1.5}) {
      PolarRequest request;
      request.lambda = lambda;
      request.proof = Proof::probabilistic;
      request.seed = 7;
      const SplitResult found =
          split_spectral_search(pattern, values, Factor(m, 0), Factor(n, 0), request);
      EXPECT_GE(found.bound.value, top * (1 - 1e-14)) << top << ", lambda " << lambda;
      EXPECT_LE(found.value, top * (1 + 1e-13));
    }
  }
}

/// The first search of a fit, and the one for lambda_max, are blind to the largest component.
TEST(Traps, AFitWhoseSearchStartsOrthogonalToTheTopVectorEndsAtTheOptimum) {
  test::Random random(5);
  Vector sigma = Vector::LinSpaced(150, 1, 0.01);
  sigma.head(3) << 3, 2, 1.5;
  constexpr std::uint64_t seed_of_fit = 0, seed_of_lambda_max = 1;
  const Matrix y = with_hidden_top(160, sigma, {seed_of_fit, seed_of_lambda_max}, random);
  for (const ProofChoice proof : {ProofChoice::deterministic, ProofChoice::probabilistic}) {
    MatrixFitOptions options = test::plain_options(1.2 / 3);
    options.proof = proof;
    options.seed = seed_of_fit;
    const MatrixData data = test::dense_data(y);
    const MatrixModel model = fit_matrix(data, options);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_NEAR(model.lambda_max, 3, 3e-6);
    EXPECT_EQ(model.size(), 3);
    EXPECT_LT((test::low_rank(model) - test::soft_thresholded(y, model.lambda)).norm(), 1e-2);
    EXPECT_TRUE(verify::verify_matrix(model, data).confirmed);
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
