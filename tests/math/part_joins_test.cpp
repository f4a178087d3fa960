#include "hadal/fit/part_joins.hpp"

#include <gtest/gtest.h>

#include "hadal/algebra/decompositions.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

class PartJoinsTest : public testing::Test {
 protected:
  test::Random random_{31};
  MatrixData data_ = test::dense_data(Matrix::Zero(9, 7));
  ObservedPattern pattern_{data_.entries};

  PartJoins join(const RankOneAtoms& atoms) const {
    return join_parts(RankOneFamily(CoefficientSpace(pattern_)), atoms);
  }
  static Matrix product(const Factor& u, const Factor& v) { return u * v.transpose(); }
};

/// Every join against a singular value decomposition of all pairs left.
TEST_F(PartJoinsTest, TakeTheTwoThatAreClosestToRankOne) {
  for (int trial = 0; trial < 40; ++trial) {
    const bool nonnegative = trial % 2 == 0;
    RankOneAtoms atoms{random_.matrix(9, 6), random_.matrix(7, 6)};
    if (nonnegative) atoms = {Factor(atoms.u.cwiseMax(0)), Factor(atoms.v.cwiseMax(0))};
    const PartJoins found = join(atoms);
    ASSERT_EQ(found.parts, 6);
    ASSERT_EQ(found.joins.size(), 5u);
    std::vector<Index> left = {0, 1, 2, 3, 4, 5};
    for (Index t = 0; t < 5; ++t) {
      const auto& join = found.joins[t];
      const auto part = [&](Index node) {
        return product(found.nodes.u.col(node), found.nodes.v.col(node));
      };
      double least = 1e300;
      for (std::size_t a = 0; a < left.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
          const Eigen::JacobiSVD<Matrix> svd(part(left[a]) + part(left[b]));
          least = std::min(least, svd.singularValues()[1]);
        }
      }
      const Matrix sum = part(join.first) + part(join.second);
      const Eigen::JacobiSVD<Matrix> svd(sum, Eigen::ComputeThinU | Eigen::ComputeThinV);
      EXPECT_NEAR(svd.singularValues()[1], least, 1e-10);
      const Matrix best =
          svd.singularValues()[0] * svd.matrixU().col(0) * svd.matrixV().col(0).transpose();
      EXPECT_LT((part(6 + t) - best).norm(), 1e-10 * best.norm());
      if (nonnegative) {
        EXPECT_GE(found.nodes.u.col(6 + t).minCoeff(), 0);
        EXPECT_GE(found.nodes.v.col(6 + t).minCoeff(), 0);
      }
      std::erase(left, join.first);
      std::erase(left, join.second);
      left.push_back(6 + t);
      EXPECT_EQ(found.left(5 - t).size(), 5 - t);
    }
    EXPECT_EQ(found.left(6).u, atoms.u);
  }
}

/// Pieces of one part become that part, whatever else there is.
TEST_F(PartJoinsTest, MakeAPartWholeAgain) {
  const Factor u = random_.matrix(9, 2).cwiseAbs(), v = random_.matrix(7, 2).cwiseAbs();
  RankOneAtoms atoms{Factor(9, 4), Factor(7, 4)};
  atoms.u << u.col(0), 3 * u.col(0), u.col(1), u.col(0);
  atoms.v << 2 * v.col(0), v.col(0), v.col(1), v.col(0);
  const RankOneAtoms whole = join(atoms).left(2);
  EXPECT_LT((product(whole.u, whole.v) - product(atoms.u, atoms.v)).norm(), 1e-12);
}

/// Of parts that share nothing the smallest goes first, and the others stay as they are; two of
/// the same size make one of them.
TEST_F(PartJoinsTest, LeaveOutTheSmallestOfPartsThatShareNothing) {
  RankOneAtoms atoms{Factor::Zero(9, 3), Factor::Zero(7, 3)};
  for (const Index k : {0, 1, 2}) {
    atoms.u(k, k) = 2;
    atoms.v(k, k) = k == 0 ? 1 : 3;
  }
  const PartJoins found = join(atoms);
  Matrix two = Matrix::Zero(9, 7);
  two(1, 1) = two(2, 2) = 6;
  EXPECT_LT((product(found.left(2).u, found.left(2).v) - two).norm(), 1e-12);
  const RankOneAtoms one = found.left(1);
  EXPECT_NEAR(product(one.u, one.v).norm(), 6, 1e-12);
  EXPECT_GE(one.u.minCoeff(), 0);
}

/// Their sum has no rank-one part at all.
TEST_F(PartJoinsTest, PartsThatCancelBecomeNothing) {
  const Factor u = random_.matrix(9, 2), v = random_.matrix(7, 2);
  RankOneAtoms atoms{Factor(9, 3), Factor(7, 3)};
  atoms.u << u.col(0), u.col(1), u.col(0);
  atoms.v << v.col(0), v.col(1), -v.col(0);
  const RankOneAtoms rest = join(atoms).left(1);
  EXPECT_LT((product(rest.u, rest.v) - product(u.col(1), v.col(1))).norm(), 1e-7);
}

TEST_F(PartJoinsTest, OfNothingAndOfOnePartThereAreNone) {
  EXPECT_EQ(join({Factor(9, 0), Factor(7, 0)}).parts, 0);
  const RankOneAtoms one{random_.matrix(9, 1), random_.matrix(7, 1)};
  EXPECT_EQ(join(one).left(1).u, one.u);
}

}  // namespace
}  // namespace hadal
