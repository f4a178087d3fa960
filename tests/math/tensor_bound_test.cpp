#include <gtest/gtest.h>

#include "hadal/atom/tensor.hpp"
#include "math/tensor_support.hpp"
#include "problem_count.hpp"

namespace hadal {
namespace {

/// The best <q, w_0 o .. o w_K-1> over unit vectors (>= 0 where asked) of alternating ascents from
/// random starts, written out; each start has a column of its own.
class Ascents {
 public:
  Ascents(const std::vector<Index>& shape, std::vector<bool> nonnegative, Index starts,
          test::Random& random)
      : nonnegative_(std::move(nonnegative)) {
    for (std::size_t m = 0; m < shape.size(); ++m) {
      w_.emplace_back(random.matrix(shape[m], starts));
      if (nonnegative_[m]) w_.back() = w_.back().cwiseAbs();
      w_.back().colwise().normalize();
    }
  }

  /// Aligns the vectors of a mode with q; returns the most that any of them collects.
  double align(const Vector& q, std::size_t mode) {
    Factor against = Factor::Zero(w_[mode].rows(), w_[mode].cols());
    std::vector<Index> shape;
    for (const Factor& w : w_) shape.push_back(w.rows());
    for (Index k = 0; k < q.size(); ++k) {
      const std::vector<Index> at = test::position_of(shape, k);
      Eigen::RowVectorXd product = Eigen::RowVectorXd::Constant(against.cols(), q[k]);
      for (std::size_t m = 0; m < w_.size(); ++m)
        if (m != mode) product.array() *= w_[m].row(at[m]).array();
      against.row(at[mode]) += product;
    }
    if (nonnegative_[mode]) against = against.cwiseMax(0);
    const Eigen::RowVectorXd length = against.colwise().norm();
    for (Index c = 0; c < length.size(); ++c)
      if (length[c] > 0) w_[mode].col(c) = against.col(c) / length[c];
    return length.maxCoeff();
  }

 private:
  std::vector<bool> nonnegative_;
  std::vector<Factor> w_;
};

double best_of_starts(const std::vector<Index>& shape, const Vector& q,
                      const std::vector<bool>& nonnegative, Index starts, test::Random& random) {
  constexpr int rounds = 8;
  Ascents ascents(shape, nonnegative, starts, random);
  double best = 0;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t m = 0; m < shape.size(); ++m) best = std::max(best, ascents.align(q, m));
  return best;
}

std::vector<Index> random_shape(test::Random& random) {
  std::vector<Index> shape;
  const Index order = random.integer(3, 5);
  for (Index m = 0; m < order; ++m) shape.push_back(random.integer(1, order == 3 ? 5 : 3));
  return shape;
}

struct Outcome {
  double bound, best;
};

/// The bound of a random tensor of order 3 to 5, full or not, of any signs; and what starts find.
Outcome random_outcome(Index starts, test::Random& random) {
  const std::vector<Index> shape = random_shape(random);
  Vector q = random.vector(test::product_of(shape));
  if (random.chance(0.2)) q = q.cwiseAbs();
  if (random.chance(0.2)) q = test::dense_tensor(test::random_factors(shape, 2, random));
  const TensorEntries entries = random.chance(0.7) ? test::full_tensor(shape, q)
                                                   : test::sampled_tensor(shape, q, 0.6, random);
  const TensorPattern pattern(entries);
  Vector observed = Eigen::Map<const Vector>(entries.value.data(), entries.size());
  Vector dense = Vector::Zero(q.size());
  pattern.for_each([&](Index k, const TensorPattern::Position& at) {
    Index place = 0;
    for (std::size_t m = 0; m < shape.size(); ++m) place = place * shape[m] + at[m];
    dense[place] = observed[k];
  });
  std::vector<FactorNorm> norms(shape.size());
  std::vector<bool> nonnegative;
  const bool all = random.chance(0.3);
  double share = 1;
  for (FactorNorm& norm : norms) {
    norm.nonnegative = all || random.chance(0.2);
    if (random.chance(0.2)) norm.l2 = random.uniform(0.5, 2);
    share *= norm.l2;
    nonnegative.push_back(norm.nonnegative);
  }
  const TensorFamily family(pattern, norms);
  PolarRequest request;
  request.proof = Proof::deterministic;
  const double best = best_of_starts(shape, dense, nonnegative, starts, random) / share;
  request.lambda = request.estimate = best;
  int polls = 0;
  request.cancelled = [&polls] { return ++polls > 300; };
  const PolarBound bound = family.polar(observed, family.empty(), request).bound;
  EXPECT_EQ(bound.proof, Proof::deterministic);
  return {bound.value, best};
}

TEST(TensorBound, IsNeverBelowWhatStartsFind) {
  test::Random random(1);
  for (int trial = 0; trial < test::problem_count(5000); ++trial) {
    const auto [bound, best] = random_outcome(1000, random);
    ASSERT_GE(bound, best * (1 - 1e-12)) << "trial " << trial;
  }
}

TEST(TensorBound, ReachesTheSpectralNormWhereOneModeIsShort) {
  test::Random random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const std::vector<Index> shape{6, 6, 3};
    const TensorPattern pattern(test::full_tensor(shape, random.vector(108)));
    const Vector q = random.vector(108);
    const TensorFamily family(pattern, std::vector<FactorNorm>(3));
    const double best = best_of_starts(shape, q, {false, false, false}, 60, random);
    PolarRequest request;
    request.proof = Proof::deterministic;
    request.lambda = request.estimate = best;
    const PolarBound bound = family.polar(q, family.empty(), request).bound;
    EXPECT_GE(bound.value, best * (1 - 1e-12));
    EXPECT_LE(bound.value, best * (1 + 1e-3));
  }
}

TEST(TensorBound, NothingPositiveMeansNothingToCollect) {
  test::Random random(3);
  FactorNorm norm;
  norm.nonnegative = true;
  const Vector q = -random.vector(24).cwiseAbs();
  const TensorPattern pattern(test::full_tensor({4, 3, 2}, q));
  const TensorFamily family(pattern, std::vector<FactorNorm>(3, norm));
  PolarRequest request;
  request.proof = Proof::deterministic;
  EXPECT_EQ(family.polar(q, family.empty(), request).bound.value, 0);
}

/// The search never says more than it has: what an atom collects is what it says.
TEST(TensorSearch, SaysWhatItsAtomsCollect) {
  test::Random random(4);
  for (int trial = 0; trial < 50; ++trial) {
    const std::vector<Index> shape = random_shape(random);
    const Vector q = random.vector(test::product_of(shape));
    const TensorPattern pattern(test::full_tensor(shape, q));
    std::vector<FactorNorm> norms(shape.size());
    for (FactorNorm& norm : norms) {
      norm.nonnegative = random.chance(0.3);
      norm.l1 = random.chance(0.3) ? 0.5 : 0;
    }
    const TensorFamily family(pattern, norms);
    PolarRequest request;
    request.atoms_max = 5;
    const PolarResult<TensorAtoms> found = family.polar(q, family.empty(), request);
    for (Index c = 0; c < found.found.size(); ++c) {
      std::vector<Factor> one;
      double penalty = 1;
      for (std::size_t m = 0; m < shape.size(); ++m) {
        one.emplace_back(found.found.factors[m].col(c));
        penalty *= norms[m](found.found.factors[m].col(c));
        if (norms[m].nonnegative) {
          EXPECT_GE(one.back().minCoeff(), 0);
        }
      }
      EXPECT_NEAR(penalty, 1, 1e-10);
      EXPECT_NEAR(test::dense_tensor(one).dot(q), found.collected[c], 1e-10 * q.norm());
    }
  }
}

}  // namespace
}  // namespace hadal
