#include "hadal/certify/pair_bound.hpp"

#include <gtest/gtest.h>

#include "hadal/algebra/decompositions.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

FactorNorm norm_of(double l1, double l2, bool nonnegative) {
  FactorNorm norm;
  norm.l1 = l1;
  norm.l2 = l2;
  norm.nonnegative = nonnegative;
  return norm;
}

double bound_of(const Matrix& q, const FactorNorm& u, const FactorNorm& v) {
  const Factor dense = q;
  const ObservedPattern all(q.rows(), q.cols());
  const double sigma = Eigen::JacobiSVD<Matrix>(q).singularValues()[0] * (1 + 1e-13);
  return pair_bound(u, v, line_squares(all, Eigen::Map<const Vector>(dense.data(), dense.size())),
                    sigma);
}

/// <Q, u v^T> for the atom scaled to a product of norms of 1.
double collected(const Matrix& q, const Vector& u, const Vector& v, const FactorNorm& norm_u,
                 const FactorNorm& norm_v) {
  return u.dot(q * v) / (norm_u(u) * norm_v(v));
}

TEST(PairBound, NoAtomCollectsMore) {
  test::Random random(1);
  for (int trial = 0; trial < 400; ++trial) {
    const Index rows = random.integer(1, 6), columns = random.integer(1, 6);
    const double size = std::pow(10.0, random.uniform(-120, 100));
    const Matrix q = size * random.matrix(rows, columns);
    const auto draw = [&] {
      return norm_of(trial % 3 == 0 ? 0 : random.uniform(0, 2), random.uniform(0.1, 2),
                     random.integer(0, 1) == 1);
    };
    const FactorNorm norm_u = draw(), norm_v = draw();
    const double bound = bound_of(q, norm_u, norm_v);
    for (int k = 0; k < 200; ++k) {
      const auto atom = [&](Index n, const FactorNorm& norm) {
        Vector x = random.vector(n);
        if (norm.nonnegative) x = x.cwiseAbs();  // every other atom is sparse:
        if (k % 2 == 0)
          for (Index i = 0; i < n; ++i) x[i] *= static_cast<double>(random.integer(0, 1));
        if (x.isZero()) x[random.integer(0, n - 1)] = 1;
        return x;
      };
      EXPECT_LE(collected(q, atom(rows, norm_u), atom(columns, norm_v), norm_u, norm_v), bound);
    }
  }
}

TEST(PairBound, IsThePolarWhereItIsKnown) {
  test::Random random(2);
  const Matrix q = random.matrix(5, 4);
  const double sigma = Eigen::JacobiSVD<Matrix>(q).singularValues()[0];
  const FactorNorm l1 = norm_of(2, 0, false), l2 = norm_of(0, 3, false);
  EXPECT_NEAR(bound_of(q, l2, l2), sigma / 9, 1e-10);
  EXPECT_NEAR(bound_of(q, l1, l1), q.cwiseAbs().maxCoeff() / 4, 1e-12);
  EXPECT_NEAR(bound_of(q, l2, l1), q.colwise().norm().maxCoeff() / 6, 1e-12);
  EXPECT_NEAR(bound_of(q, l1, l2), q.rowwise().norm().maxCoeff() / 6, 1e-12);
  // Signs: columns of positive entries only.
  const FactorNorm positive_l1 = norm_of(2, 0, true), positive_l2 = norm_of(0, 3, true);
  EXPECT_NEAR(bound_of(q, positive_l2, positive_l1), q.cwiseMax(0).colwise().norm().maxCoeff() / 6,
              1e-12);
  // One entry: every pair is tight at once.
  Matrix single = Matrix::Zero(5, 4);
  single(2, 1) = 7;
  EXPECT_NEAR(bound_of(single, norm_of(1, 2, false), norm_of(3, 4, false)), 7.0 / 21, 1e-12);
  EXPECT_EQ(bound_of(Matrix::Zero(3, 2), l1, l2), 0);
}

}  // namespace
}  // namespace hadal
