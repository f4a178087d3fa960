#include <gtest/gtest.h>
#include <omp.h>

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

/// The same entries in row order and in tiles of several shapes, the last larger than the matrix.
std::vector<ObservedPattern> tilings(const Entries& entries) {
  std::vector<ObservedPattern> all{ObservedPattern(entries)};
  for (const Tiling& tiling : {Tiling{1, 1, 7, 5}, Tiling{1, 20, 4, 100}, Tiling{1, 1'000'000}})
    all.emplace_back(entries, tiling);
  return all;
}

std::vector<ObservedPattern> all_patterns(test::Random& random) {
  std::vector<ObservedPattern> all;
  for (const Entries& entries : patterns(random))
    for (ObservedPattern& p : tilings(entries)) all.push_back(std::move(p));
  return all;
}

TEST(Kernels, PatternGivesRowAndColumnAccessToTheSameEntries) {
  test::Random random(1);
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern p(entries);
    EXPECT_FALSE(p.tiled());
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

TEST(Kernels, TilesHoldEveryEntryOnceAndKeepTheOrderOfEachRowAndColumn) {
  test::Random random(7);
  for (const Entries& entries : patterns(random)) {
    Vector number(entries.size());
    for (Index k = 0; k < number.size(); ++k) number[k] = static_cast<double>(k);
    for (const ObservedPattern& p : tilings(entries)) {
      const Vector arranged = p.arranged(entries, number);
      std::vector<Index> last_column(p.rows(), -1), last_row(p.columns(), -1);
      Index expected = 0;
      p.for_each([&](Index k, Index i, Index j) {
        EXPECT_EQ(k, expected++);
        const auto at = static_cast<std::size_t>(arranged[k]);
        EXPECT_EQ(i, entries.row[at]);
        EXPECT_EQ(j, entries.column[at]);
        EXPECT_LT(last_column[i], j);
        EXPECT_LT(last_row[j], i);
        last_column[i] = j;
        last_row[j] = i;
      });
      EXPECT_EQ(expected, entries.size());
      EXPECT_EQ(p.arranged(entries, Vector()).size(), 0);
    }
  }
}

TEST(Kernels, TilesOfManyMoreRowsAndColumnsThanEntriesStayFew) {
  Entries entries;
  entries.rows = 3'000'000;
  entries.columns = 2'000'000;
  for (const int i : {0, 65'535, 65'536, 2'999'999}) {
    entries.row.push_back(i);
    entries.column.push_back(i % 1'999'999);
    entries.value.push_back(1);
  }
  const Tiles tiles(entries, Tiling{});
  EXPECT_LT(tiles.row_blocks() * tiles.column_blocks(), 10'000);
  const Index i = 2'999'999, j = i % 1'999'999;
  Index found = 0;
  tiles.visit(i / tiles.block_rows(), j / tiles.block_columns(), [&](Index, Index a, Index b) {
    EXPECT_EQ(a, i);
    EXPECT_EQ(b, j);
    ++found;
  });
  EXPECT_EQ(found, 1);
}

// Entries of columns that belong together follow one another in every order, whatever the tiles.
TEST(Kernels, TilesDoNotPartColumnsThatBelongTogether) {
  test::Random random(4);
  for (const Index together : {1, 2, 3, 7, 100}) {
    const Matrix chosen = random.matrix(30, 23);
    Entries entries;
    entries.rows = 30;
    entries.columns = 23 * together;
    for (Index i = 0; i < 30; ++i)
      for (Index j = 0; j < 23; ++j)
        for (Index c = 0; chosen(i, j) > 0 && c < together; ++c) {
          entries.row.push_back(static_cast<std::int32_t>(i));
          entries.column.push_back(static_cast<std::int32_t>(j * together + c));
          entries.value.push_back(static_cast<double>(c));
        }
    for (Tiling tiling : {Tiling{1, 1, 7, 5}, Tiling{1, 20, 4, 64}, Tiling{1, 1'000'000}}) {
      tiling.columns_together = together;
      const ObservedPattern p(entries, tiling);
      ASSERT_TRUE(p.tiled());
      EXPECT_EQ(p.tiles().block_columns() % together, 0);
      const Vector values =
          p.arranged(entries, Eigen::Map<const Vector>(entries.value.data(), entries.size()));
      p.for_each([&](Index k, Index, Index j) {
        ASSERT_EQ(k % together, j % together);
        ASSERT_EQ(values[k], static_cast<double>(j % together));
      });
    }
  }
}

TEST(Kernels, ProductsAgreeWithDenseAlgebra) {
  test::Random random(2);
  for (const ObservedPattern& p : all_patterns(random)) {
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
  for (const ObservedPattern& p : all_patterns(random)) {
    const Factor u = random.matrix(p.rows(), 3), v = random.matrix(p.columns(), 3);
    const Matrix ones = test::dense(p, Vector::Ones(p.observed()));
    Factor out;
    apply(p, Vector(), v, out);
    EXPECT_LT((out - ones * v).norm(), 1e-12);
    apply_transpose(p, Vector(), u, out);
    EXPECT_LT((out - ones.transpose() * u).norm(), 1e-12);
  }
}

/// Tiles and threads change no bit of what is summed along rows and columns of factors. Products
/// with one vector have loops of their own for each order, which a compiler may round differently
/// (a product and a sum at once, or not): there threads alone change nothing.
TEST(Kernels, NeitherTilesNorThreadsChangeResults) {
  test::Random random(6);
  const int threads = omp_get_max_threads();
  for (const Entries& entries : patterns(random)) {
    const ObservedPattern plain(entries);
    const Index r = 5;
    const Factor u = random.matrix(plain.rows(), r), v = random.matrix(plain.columns(), r);
    const Factor du = random.matrix(plain.rows(), r), dv = random.matrix(plain.columns(), r);
    const Vector q = random.vector(plain.observed());
    const Vector x = random.vector(plain.columns()), y = random.vector(plain.rows());
    Vector z;
    Factor qv, qtu;
    sampled_product(plain, u, v, z);
    apply(plain, q, v, qv);
    apply_transpose(plain, q, u, qtu);
    for (const ObservedPattern& p : tilings(entries)) {
      const Vector own = p.arranged(entries, q);
      std::vector<Vector> qx, qty;
      std::vector<double> sums;
      for (const int count : {1, 2, 5}) {
        omp_set_num_threads(count);
        Vector s;
        Factor out;
        sampled_product(p, u, v, s);
        EXPECT_EQ(s, p.arranged(entries, z));
        apply(p, own, v, out);
        EXPECT_EQ(out, qv);
        apply_transpose(p, own, u, out);
        EXPECT_EQ(out, qtu);
        apply(p, own, x, qx.emplace_back());
        apply_transpose_by_column(p, in_column_order(p, own), y, qty.emplace_back());
        sums.push_back(line_sums(p, u, v, du, dv, own, Vector()).w12);
        EXPECT_EQ(qx.back(), qx.front());
        EXPECT_EQ(qty.back(), qty.front());
        EXPECT_EQ(sums.back(), sums.front());
      }
    }
  }
  omp_set_num_threads(threads);
}

TEST(Kernels, LineSumsAreThoseOfTheChangesOfThePrediction) {
  test::Random random(5);
  for (const ObservedPattern& p : all_patterns(random)) {
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
  for (const ObservedPattern& p : all_patterns(random)) {
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
