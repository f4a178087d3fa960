#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "../../verify/src/cholesky_bound.hpp"
#include "../../verify/src/lanczos.hpp"
#include "../../verify/src/polar.hpp"
#include "../../verify/src/split_bound.hpp"
#include "hadal/algebra/decompositions.hpp"

namespace hadal::verify {
namespace {

using Wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

/// Singular values by one-sided Jacobi rotations in long double, largest first.
std::vector<long double> singular_values(const Matrix& given) {
  Wide a = given.cast<long double>();
  if (a.rows() < a.cols()) a = Wide(a.transpose());
  const long double largest = a.cwiseAbs().maxCoeff();
  if (largest > 0) a /= largest;
  for (int sweep = 0; sweep < 60; ++sweep) {
    long double off = 0;
    for (Index p = 0; p < a.cols(); ++p)
      for (Index q = p + 1; q < a.cols(); ++q) {
        const long double pp = a.col(p).squaredNorm(), qq = a.col(q).squaredNorm();
        const long double pq = a.col(p).dot(a.col(q));
        if (pq == 0 || pq * pq <= 1e-38L * pp * qq) continue;
        off = std::max(off, std::abs(pq) / std::sqrt(pp * qq));
        const long double zeta = (qq - pp) / (2 * pq);
        const long double t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
        const long double c = 1 / std::sqrt(1 + t * t), s = c * t;
        const auto column = a.col(p).eval();
        a.col(p) = c * column - s * a.col(q);
        a.col(q) = s * column + c * a.col(q);
      }
    if (off < 1e-18L) break;
  }
  std::vector<long double> values;
  for (Index k = 0; k < a.cols(); ++k) values.push_back(a.col(k).norm() * largest);
  std::sort(values.rbegin(), values.rend());
  return values;
}

Sparse sparse(const Matrix& dense) {
  Problem pattern;
  pattern.rows = dense.rows();
  pattern.columns = dense.cols();
  pattern.row_start.push_back(0);
  std::vector<double> values;
  for (Index i = 0; i < dense.rows(); ++i) {
    for (Index j = 0; j < dense.cols(); ++j)
      if (dense(i, j) != 0) {
        pattern.column.push_back(static_cast<std::int32_t>(j));
        values.push_back(dense(i, j));
      }
    pattern.row_start.push_back(static_cast<Index>(values.size()));
  }
  return {pattern, values};
}

const auto never = [](double) { return false; };

class RandomMatrices {
 public:
  explicit RandomMatrices(unsigned seed) : generator_(seed) {}

  Matrix normal(Index rows, Index columns) {
    return Matrix::NullaryExpr(rows, columns, [&] { return normal_(generator_); });
  }
  Index index(Index least, Index most) {
    return std::uniform_int_distribution<Index>(least, most)(generator_);
  }
  /// Orthonormal columns.
  Matrix orthogonal(Index rows, Index columns) {
    return Eigen::HouseholderQR<Matrix>(normal(rows, columns)).householderQ() *
           Matrix::Identity(rows, columns);
  }
  Matrix with_values(Index rows, Index columns, const Vector& values) {
    return orthogonal(rows, values.size()) * values.asDiagonal() *
           orthogonal(columns, values.size()).transpose();
  }
  /// Full, rank-deficient, with repeated singular values, sparse, or zero.
  Matrix any() {
    const Index rows = index(1, 12), columns = index(1, 12), least = std::min(rows, columns);
    const double scale = std::pow(10.0, static_cast<double>(index(-150, 150)));
    switch (index(0, 4)) {
      case 0:
        return scale * normal(rows, columns);
      case 1: {
        const Index rank = index(1, least);
        return scale * (normal(rows, rank) * normal(rank, columns));
      }
      case 2:
        return scale * with_values(rows, columns, Vector::Ones(least));
      case 3:
        return scale * (normal(rows, columns).array() *
                        (normal(rows, columns).array() > 0.5).cast<double>())
                           .matrix();
      default:
        return index(0, 4) == 0 ? Matrix::Zero(rows, columns)
                                : Matrix(scale * normal(rows, 1) * normal(1, columns));
    }
  }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
};

TEST(CholeskyBoundTest, is_above_and_close_for_five_thousand_random_matrices) {
  RandomMatrices random(11);
  for (int trial = 0; trial < 5000; ++trial) {
    const Matrix dense = random.any();
    const Sparse q = sparse(dense);
    const long double exact = singular_values(dense)[0];
    const double search = spectral_search(q, 1e-12);
    EXPECT_LE(search, exact * (1 + 1e-14L)) << "a search value is a lower value, trial " << trial;
    const CholeskyBound cholesky(q);
    const double bound = cholesky.bound(search, never);
    ASSERT_GE(bound, exact) << "trial " << trial;
    EXPECT_LE(bound, exact * (1 + 1e-12L)) << "trial " << trial;
    if (exact > 0) {
      EXPECT_FALSE(cholesky.proves(static_cast<double>(exact * (1 - 1e-12L))));
      EXPECT_FALSE(cholesky.proves(static_cast<double>(exact * 0.5L)));
      EXPECT_TRUE(cholesky.proves(static_cast<double>(exact * (1 + 1e-11L))));
    }
  }
}

TEST(CholeskyBoundTest, never_proves_a_bound_just_below) {
  RandomMatrices random(12);
  for (int trial = 0; trial < 12; ++trial) {
    const Index n = random.index(20, 80);
    Vector values = Vector::LinSpaced(n, 1.0, 0.1);
    values[1] = 1 - 1e-9;
    const Matrix dense = random.with_values(n + 10, n, values);
    const CholeskyBound cholesky(sparse(dense));
    const long double exact = singular_values(dense)[0];
    for (const long double below : {1e-12L, 1e-13L, 1e-10L, 1e-6L})
      EXPECT_FALSE(cholesky.proves(static_cast<double>(exact * (1 - below))));
    EXPECT_TRUE(cholesky.proves(static_cast<double>(exact * (1 + 1e-10L))));
  }
}

TEST(CholeskyBoundTest, refuses_what_is_not_a_positive_number) {
  RandomMatrices random(13);
  const CholeskyBound cholesky(sparse(random.normal(5, 4)));
  for (const double w : {0.0, -1.0, -1e300, std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::infinity()})
    EXPECT_FALSE(cholesky.proves(w));
}

TEST(CholeskyBoundTest, recovers_from_a_search_that_found_nothing) {
  RandomMatrices random(14);
  const Matrix dense = random.normal(9, 7);
  const double bound = CholeskyBound(sparse(dense)).bound(1e-8, never);
  const long double exact = singular_values(dense)[0];
  EXPECT_GE(bound, exact);
  EXPECT_LE(bound, 2 * exact);
}

/// A large sparse matrix whose singular values are known: a diagonal in disguise.
struct Disguised {
  Sparse q;
  double norm;
};

Disguised scattered(const std::vector<double>& values, unsigned seed) {
  const auto n = static_cast<Index>(values.size());
  std::vector<Index> place(values.size());
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = static_cast<Index>(i);
  std::shuffle(place.begin(), place.end(), std::mt19937_64(seed));
  Problem pattern;
  pattern.rows = pattern.columns = n;
  pattern.row_start.push_back(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    pattern.column.push_back(static_cast<std::int32_t>(place[i]));
    pattern.row_start.push_back(static_cast<Index>(i) + 1);
  }
  return {{pattern, values}, *std::max_element(values.begin(), values.end())};
}

std::vector<double> spectrum(std::size_t n, double second, std::size_t repeats) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = 0.9 * static_cast<double>(n - i) / static_cast<double>(n);
  values[0] = 1;
  for (std::size_t i = 1; i <= repeats; ++i) values[i] = second;
  return values;
}

TEST(SplitBoundTest, is_above_the_norm_whatever_the_factors) {
  RandomMatrices random(15);
  for (const auto& values :
       {spectrum(3000, 1 - 1e-9, 1), spectrum(3000, 1, 5), spectrum(2000, 0.5, 0)}) {
    const Disguised matrix = scattered(values, 4);
    for (const Index size : {0, 1, 7}) {
      const Factor u = random.normal(matrix.q.rows(), size);
      const Factor v = random.normal(matrix.q.columns(), size);
      // Random factors leave large mixed blocks; no factors, only what Lanczos has not settled.
      const double largest = matrix.norm * (size == 0 ? 1.02 : 1.5);
      const auto enough = [&](double w) { return w <= largest; };
      const PolarBound bound = split_bound(matrix.q, u, v, 1e-12, enough);
      EXPECT_GE(bound.bound, matrix.norm);
      EXPECT_LE(bound.bound, largest);
      EXPECT_LE(bound.search, matrix.norm * (1 + 1e-12));
      EXPECT_EQ(bound.proof, Proof::probabilistic);
      EXPECT_LE(bound.failure_probability, 1e-12);
    }
  }
}

// With the top singular vectors among the factors, what is left is far below, and a loose bound on
// it is enough: the total is nearly exact.
TEST(SplitBoundTest, is_nearly_exact_where_the_factors_hold_the_top_of_the_spectrum) {
  std::vector<double> values = spectrum(3000, 1 - 1e-9, 3);
  const Disguised matrix = scattered(values, 4);
  Factor u = Factor::Zero(3000, 4), v = u;
  for (Index k = 0; k < 4; ++k) {
    u(k, k) = 2;
    v(matrix.q.by_rows().index[static_cast<std::size_t>(k)], k) = 2;
  }
  const PolarBound bound = split_bound(matrix.q, u, v, 1e-12, never);
  EXPECT_GE(bound.bound, 1);
  EXPECT_LE(bound.bound, 1 + 1e-9);
  // Nothing proves less than the truth, so what asks for less is never satisfied.
  EXPECT_GE(split_bound(matrix.q, u, v, 1e-12, [](double w) { return w < 1 - 1e-12; }).bound, 1);
}

// A start orthogonal to the top singular vector hides it for good: that is why the start is drawn
// afresh, and why the value found alone is never a bound.
TEST(LanczosTest, misses_what_its_start_is_orthogonal_to) {
  const std::vector<double> values = spectrum(500, 0.5, 0);
  const auto apply = [&](const Vector& x) {
    Vector y = x;
    for (Index i = 0; i < y.size(); ++i) {
      const double value = values[static_cast<std::size_t>(i)];
      y[i] *= value * value;
    }
    return y;
  };
  Vector blind = random_direction(500);
  blind[0] = 0;
  Lanczos trapped(apply, blind.normalized());
  trapped.extend_to(40);
  EXPECT_LT(trapped.largest(), 0.9);
  Lanczos fresh(apply, random_direction(500));
  fresh.extend_to(40);
  EXPECT_NEAR(fresh.largest(), 1, 1e-9);
  EXPECT_NE(random_direction(500), random_direction(500));
}

TEST(LanczosTest, goes_on_after_an_invariant_space) {
  const auto apply = [](const Vector& x) { return Vector(x * 0.0); };
  Lanczos lanczos(apply, random_direction(30));
  EXPECT_EQ(lanczos.extend_to(20), 20);
  EXPECT_EQ(lanczos.largest(), 0);
  EXPECT_EQ(lanczos.extend_to(100), 30) << "no more steps than dimensions";
}

// Bound 1.648 sqrt(n) exp(-sqrt(e) (2k - 1)): at the e returned it equals the probability asked
// for.
TEST(LanczosTest, inverts_the_bound_of_kuczynski_and_wozniakowski) {
  for (const Index k : {40, 100, 1000})
    for (const double p : {1e-3, 1e-12, 1e-200}) {
      const double e = kuczynski_wozniakowski(10000, k, p);
      EXPECT_NEAR(std::log(1.648 * 100) - std::sqrt(e) * static_cast<double>(2 * k - 1),
                  std::log(p), 1e-9);
    }
}

// The promise itself, at a failure probability large enough to be seen: of 2000 runs with p = 0.2
// on the worst kind of spectrum, hardly more than a fifth may fall short.
TEST(LanczosTest, falls_short_no_more_often_than_promised) {
  const Index n = 60, steps = 6;
  const double e = kuczynski_wozniakowski(n, steps, 0.2);
  ASSERT_LT(e, 1);
  Vector spectrum = Vector::LinSpaced(n, 0, 1 - e);
  spectrum[n - 1] = 1;
  int short_runs = 0;
  for (int run = 0; run < 2000; ++run) {
    Lanczos lanczos([&](const Vector& x) { return Vector(spectrum.cwiseProduct(x)); },
                    random_direction(n));
    lanczos.extend_to(steps);
    short_runs += lanczos.largest() < 1 - e;
  }
  EXPECT_LE(short_runs, 2000 * 0.2);
}

}  // namespace
}  // namespace hadal::verify
