#include <gtest/gtest.h>

#include "hadal/error.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/loss/squared.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

/// Patterns that matter: fully observed, sparse, and with empty rows and columns.
std::vector<Entries> patterns(test::Random& random) {
  Entries holes = test::sampled_entries(random.matrix(70, 9), 0.5, random);
  holes.rows = 75;  // empty rows and columns at the end
  holes.columns = 12;
  return {test::sampled_entries(random.matrix(6, 8), 1, random),
          test::sampled_entries(random.matrix(130, 20), 0.3, random), holes};
}

TEST(Kernels, PatternGivesRowAndColumnAccessToTheSameEntries) {
  test::Random random(1);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    EXPECT_EQ(p.observed(), entries.size());
    p.for_each([&](Index k, Index i, Index j) {
      EXPECT_EQ(i, entries.row[k]);
      EXPECT_EQ(j, entries.column[k]);
    });
    if (p.full()) continue;
    for (Index j = 0; j < p.columns(); ++j)
      for (Index t = p.column_begin(j); t < p.column_end(j); ++t) {
        EXPECT_EQ(entries.row[p.position()[t]], p.row()[t]);
        EXPECT_EQ(entries.column[p.position()[t]], j);
      }
  }
}

TEST(Kernels, ProductsAgreeWithDenseAlgebra) {
  test::Random random(2);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    const Vector q = random.vector(p.observed());
    const Matrix dense = test::dense(p, q);
    for (const Index r : {0, 1, 5}) {
      const Factor u = random.matrix(p.rows(), r), v = random.matrix(p.columns(), r);
      Vector z;
      sampled_product(p, u, v, z);
      EXPECT_LT((z - test::observed(p, u * v.transpose())).norm(), 1e-12);
      Factor out;
      apply(p, q, v, out);
      EXPECT_LT((out - dense * v).norm(), 1e-12);
      apply_transpose(p, q, u, out);
      EXPECT_LT((out - dense.transpose() * u).norm(), 1e-12);
    }
    const Vector x = random.vector(p.columns()), y = random.vector(p.rows());
    Vector out;
    apply(p, q, x, out);
    EXPECT_LT((out - dense * x).norm(), 1e-12);
    apply_transpose_by_column(p, in_column_order(p, q), y, out);
    EXPECT_LT((out - dense.transpose() * y).norm(), 1e-12);
  }
}

TEST(Kernels, NoValuesMeanOnes) {
  test::Random random(4);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    const Factor u = random.matrix(p.rows(), 3), v = random.matrix(p.columns(), 3);
    const Matrix ones = test::dense(p, Vector::Ones(p.observed()));
    Factor out;
    apply(p, Vector(), v, out);
    EXPECT_LT((out - ones * v).norm(), 1e-12);
    apply_transpose(p, Vector(), u, out);
    EXPECT_LT((out - ones.transpose() * u).norm(), 1e-12);
  }
}

TEST(Kernels, FactorsLargerThanTheCachesGiveTheSameProducts) {
  test::Random random(6);
  Entries entries;
  entries.rows = 130;
  entries.columns = 20'000;
  for (Index cell = random.integer(0, 99); cell < 130 * 20'000; cell += random.integer(1, 99)) {
    entries.row.push_back(static_cast<std::int32_t>(cell / 20'000));
    entries.column.push_back(static_cast<std::int32_t>(cell % 20'000));
    entries.value.push_back(random.normal());
  }
  Entries transposed = entries;  // tall: the other side is the large one
  std::swap(transposed.rows, transposed.columns);
  std::swap(transposed.row, transposed.column);
  canonicalise(transposed);
  constexpr Index r = 60;  // 20,000 rows of 480 bytes
  for (const Entries& e : {entries, transposed}) {
    const ObservedPattern p(e);
    const Factor u = random.matrix(e.rows, r), v = random.matrix(e.columns, r);
    const Vector q = Eigen::Map<const Vector>(e.value.data(), e.size());
    Factor qv = Factor::Zero(e.rows, r), qtu = Factor::Zero(e.columns, r);
    Vector z(e.size());
    p.for_each([&](Index k, Index i, Index j) {
      z[k] = u.row(i).dot(v.row(j));
      qv.row(i) += q[k] * v.row(j);
      qtu.row(j) += q[k] * u.row(i);
    });
    Vector sampled;
    Factor out;
    sampled_product(p, u, v, sampled);
    EXPECT_LT((sampled - z).norm(), 1e-13 * z.norm());
    apply(p, q, v, out);
    EXPECT_LT((out - qv).norm(), 1e-13 * qv.norm());
    apply_transpose(p, q, u, out);
    EXPECT_LT((out - qtu).norm(), 1e-13 * qtu.norm());
  }
}

TEST(Kernels, LineSumsAreThoseOfTheChangesOfThePrediction) {
  test::Random random(5);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    for (const bool weighted : {false, true}) {
      const Factor u = random.matrix(p.rows(), 3), v = random.matrix(p.columns(), 3);
      const Factor du = random.matrix(p.rows(), 3), dv = random.matrix(p.columns(), 3);
      const Vector e = random.vector(p.observed());
      const Vector w = random.vector(p.observed()).cwiseAbs();
      const Vector z1 = test::observed(p, u * dv.transpose() + du * v.transpose());
      const Vector z2 = test::observed(p, du * dv.transpose());
      const Vector ones = Vector::Ones(p.observed());
      const Vector& weight = weighted ? w : ones;
      const LineSums sums = line_sums(p, u, v, du, dv, e, weighted ? w : Vector());
      const double scale = 1e-13 * static_cast<double>(p.observed());
      EXPECT_NEAR(sums.e1, e.dot(z1), 100 * scale);
      EXPECT_NEAR(sums.e2, e.dot(z2), 100 * scale);
      EXPECT_NEAR(sums.w11, weight.dot(z1.cwiseAbs2()), 1000 * scale);
      EXPECT_NEAR(sums.w12, weight.dot(z1.cwiseProduct(z2)), 1000 * scale);
      EXPECT_NEAR(sums.w22, weight.dot(z2.cwiseAbs2()), 1000 * scale);
    }
  }
}

TEST(Kernels, BilinearHessianIsTheDerivativeOfTheGradient) {
  test::Random random(3);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    for (const bool weighted : {false, true}) {
      for (const Index r : {1, 4}) {
        const Vector w = random.vector(p.observed()).cwiseAbs().array() + 0.1;
        const SquaredLoss loss(random.vector(p.observed()), weighted ? w : Vector());
        const Factor u = random.matrix(p.rows(), r), v = random.matrix(p.columns(), r);
        const Factor du = random.matrix(p.rows(), r), dv = random.matrix(p.columns(), r);
        Vector z, residual;
        sampled_product(p, u, v, z);
        loss.evaluate(z, residual);
        BilinearHessian hessian(p, u, v, residual);
        SingleFactor single_u, single_v;
        hessian(loss, SingleFactor(du.cast<float>()), SingleFactor(dv.cast<float>()), single_u,
                single_v);
        const Matrix hu = single_u.cast<double>(), hv = single_v.cast<double>();

        const Matrix weight = weighted ? test::dense(p, w) : test::dense(p, Vector::Ones(w.size()));
        const Matrix s = weight.cwiseProduct(u * dv.transpose() + du * v.transpose());
        const Matrix e = test::dense(p, residual);
        EXPECT_LT((hu - (s * v - e * dv)).norm(), 1e-5 * hu.norm());
        EXPECT_LT((hv - (s.transpose() * u - e.transpose() * du)).norm(), 1e-5 * hv.norm());

        // The gradient is a cubic along a line: central differences err by h^2 only.
        const double h = 1e-4;
        const auto gradient_u = [&](double t) {
          Vector at, rest;
          Factor g;
          const Factor ut = u + t * du, vt = v + t * dv;
          sampled_product(p, ut, vt, at);
          loss.evaluate(at, rest);
          apply(p, rest, vt, g);
          return Matrix(-g);
        };
        const Matrix difference = (gradient_u(h) - gradient_u(-h)) / (2 * h);
        EXPECT_LT((hu - difference).norm(), 1e-5 * (1 + hu.norm()));
      }
    }
  }
}

}  // namespace
}  // namespace hadal
