#include <gtest/gtest.h>

#include "hadal/descent/factor_newton.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/solve.hpp"
#include "hadal/verify/verify.hpp"
#include "math/support.hpp"

// Fits on patterns in tile order reach the optimum that fits in row order reach.
namespace hadal {
namespace {

Entries noisy_low_rank(Index rows, Index columns, double density, test::Random& random) {
  const Matrix signal = random.matrix(rows, 3) * random.matrix(3, columns);
  return test::sampled_entries(signal + 0.3 * random.matrix(rows, columns), density, random);
}

/// The loss at hand, of values in the pattern's order: `free` with free offsets.
template <class Solve>
void with_loss(const ObservedPattern& p, const Vector& y, const Vector& w, bool free,
               const Solve& solve) {
  if (free) {
    solve(FreeOffsetLoss(p, SquaredLoss(y, w), true, true, 0.1));
  } else {
    solve(SquaredLoss(y, w));
  }
}

TEST(TiledFit, ReachesTheOptimumOfTheFitInRowOrder) {
  test::Random random(1);
  const Entries entries = noisy_low_rank(40, 25, 0.5, random);
  const Vector y = Eigen::Map<const Vector>(entries.value.data(), entries.size());
  const Vector w = random.vector(y.size()).cwiseAbs().array() + 0.5;
  for (const bool free : {false, true}) {
    for (const Proof proof : {Proof::probabilistic, Proof::deterministic}) {
      std::vector<Matrix> products;
      std::vector<double> objectives;
      for (const Tiling& tiling : {Tiling{}, Tiling{1, 1, 6, 4}, Tiling{1, 1, 40, 3}}) {
        const ObservedPattern p(entries, tiling);
        EXPECT_EQ(p.tiled(), tiling.entries_min == 1);
        const RankOneFamily family(p);
        const FactorNewton descent;
        SolveOptions options;
        options.lambda = 3;
        options.proof = proof;
        options.tolerance = 1e-9;
        with_loss(p, p.arranged(entries, y), p.arranged(entries, w), free, [&](const auto& loss) {
          const auto result = SolveLoop(loss, family, descent, options).run_from(family.empty());
          EXPECT_EQ(result.stop, StopReason::tolerance);
          products.push_back(result.atoms.u * result.atoms.v.transpose());
          objectives.push_back(result.certificate.objective);
        });
      }
      ASSERT_GT(products[0].norm(), 1);
      for (std::size_t t = 1; t < products.size(); ++t) {
        // Both are within 1e-9 of the optimum, and X within the root of that.
        EXPECT_NEAR(objectives[t], objectives[0], 2e-9 * objectives[0]);
        EXPECT_LT((products[t] - products[0]).norm(), 1e-3 * products[0].norm());
      }
    }
  }
}

TEST(TiledFit, IsConfirmedByTheCheckerWhereTheDataAreManyEnoughToBeTiled) {
  test::Random random(2);
  MatrixData data;
  data.entries = noisy_low_rank(600, 500, 0.95, random);
  for (Index k = 0; k < data.entries.size(); ++k)
    data.entries.weight.push_back(random.uniform(0.5, 2));
  ASSERT_TRUE(ObservedPattern(data.entries).tiled());
  MatrixFitOptions options = test::plain_options(0.5);
  options.proof = ProofChoice::probabilistic;
  options.offset = OffsetTerms::both;
  const MatrixModel model = fit_matrix(data, options);
  EXPECT_EQ(model.status, Status::optimal);
  EXPECT_GT(model.size(), 0);
  EXPECT_TRUE(verify::verify_matrix(model, data).confirmed);
}

}  // namespace
}  // namespace hadal
