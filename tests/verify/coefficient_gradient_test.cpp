#include "../../verify/src/coefficient_gradient.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <random>

namespace hadal::verify {
namespace {

using Wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

Factor draw(Index rows, Index columns, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  return Factor::NullaryExpr(rows, columns, [&] { return normal(generator); });
}

/// The exact bases, to the rounding of long double.
Wide exact_basis(DictionaryKind kind, int n, int elements) {
  constexpr long double pi = std::numbers::pi_v<long double>;
  Wide a(n, elements);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < elements; ++k) {
      const int f = (k + 1) / 2;
      const long double wave = std::sqrt(2.0L / n);
      if (k == 0)
        a(i, k) = std::sqrt(1.0L / n);
      else if (kind == DictionaryKind::dct)
        a(i, k) = wave * std::cos(pi * ((2 * i + 1) * k % (4 * n)) / (2.0L * n));
      else if (2 * f == n)
        a(i, k) = (i % 2 == 0 ? 1 : -1) * std::sqrt(1.0L / n);
      else
        a(i, k) = wave * (k % 2 == 1 ? std::cos(2 * pi * (f * i % n) / n)
                                     : std::sin(2 * pi * (f * i % n) / n));
    }
  return a;
}

Wide exact(const Dictionary& dictionary, const ScaledDictionary& scaled, int size) {
  if (!dictionary.given()) return Wide::Identity(size, size);
  if (!dictionary.built_in()) return scaled.matrix.cast<long double>();
  return exact_basis(dictionary.kind(), size, static_cast<int>(dictionary.elements()));
}

/// What rounding does to G stays within its margin, and the margin within reason.
void expect_within_margin(const Dictionary& u, const Dictionary& v, unsigned seed) {
  constexpr int rows = 40, columns = 30;
  MatrixModel model;
  model.dictionary_u = u;
  model.dictionary_v = v;
  model.u = Factor::Zero(u.given() ? u.elements() : rows, 0);
  model.v = Factor::Zero(v.given() ? v.elements() : columns, 0);
  const Problem problem = scaled_problem(model, entries_from_dense(draw(rows, columns, seed)));
  const Factor q = draw(rows, columns, seed + 1);
  const CoefficientGradient gradient =
      coefficient_gradient(problem, {q.data(), q.data() + q.size()});
  const Wide expected = exact(u, problem.dictionary_u, rows).transpose() * q.cast<long double>() *
                        exact(v, problem.dictionary_v, columns);
  ASSERT_EQ(gradient.q.rows(), expected.rows());
  ASSERT_EQ(gradient.q.columns(), expected.cols());
  const Factor computed =
      gradient.q.times(Factor(Factor::Identity(expected.cols(), expected.cols())));
  const long double error = (computed.cast<long double>() - expected).norm();
  EXPECT_LE(error, gradient.margin);
  EXPECT_GT(error, 0) << "there is rounding to bound";
  EXPECT_LE(gradient.margin, 1e-11 * (1 + q.norm() * 100));
}

TEST(CoefficientGradient, IsTheExactOneToItsMargin) {
  Factor cancelling = draw(40, 3, 9);
  cancelling.col(1) += Vector::Constant(40, 1e9);  // the sums of Q over rows almost cancel
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Dictionary a(draw(40, 6, 100 + seed)), b(draw(30, 4, 200 + seed));
    expect_within_margin(a, b, seed);
    expect_within_margin(a, {}, seed);
    expect_within_margin({}, b, seed);
    expect_within_margin(Dictionary(cancelling), b, seed);
    expect_within_margin({DictionaryKind::dct, 40, 40}, {DictionaryKind::fourier, 30, 30}, seed);
    expect_within_margin({DictionaryKind::fourier, 40, 11}, {DictionaryKind::dct, 30, 7}, seed);
  }
}

TEST(CoefficientGradient, WithoutDictionariesIsTheGradientItself) {
  MatrixModel model;
  model.u = Factor::Zero(4, 0);
  model.v = Factor::Zero(3, 0);
  const Problem problem = scaled_problem(model, entries_from_dense(draw(4, 3, 1)));
  const Factor q = draw(4, 3, 2);
  const CoefficientGradient gradient =
      coefficient_gradient(problem, {q.data(), q.data() + q.size()});
  EXPECT_EQ(gradient.margin, 0);
  EXPECT_EQ(gradient.q.by_rows().value, std::vector<double>(q.data(), q.data() + q.size()));
}

/// The checker's bases are its own, and those of the fit, to the rounding that both promise.
TEST(CoefficientGradient, BasesAreExactToWhatTheMarginsCount) {
  for (const DictionaryKind kind : {DictionaryKind::dct, DictionaryKind::fourier})
    for (const int n : {1, 2, 5, 64, 99}) {
      const Dictionary dictionary(kind, n, n);
      int exponent = 1;
      const ScaledDictionary own = scaled_dictionary(dictionary, exponent);
      EXPECT_EQ(exponent, 0);
      const Wide basis = exact_basis(kind, n, n);
      const long double unit_entry = 0x1p-53L * std::sqrt(2.0L / n);
      EXPECT_LE((own.matrix.cast<long double>() - basis).cwiseAbs().maxCoeff(), 8 * unit_entry);
      EXPECT_LE((dictionary.matrix().cast<long double>() - basis).cwiseAbs().maxCoeff(),
                4 * unit_entry);
      EXPECT_GE(own.basis_entry, own.matrix.cwiseAbs().maxCoeff() * (1 - 1e-15));
    }
}

TEST(CoefficientGradient, ScalesAGivenMatrixByAPowerOfFour) {
  const Factor a = 1e-37 * draw(5, 2, 3);
  int exponent = 0;
  const ScaledDictionary scaled = scaled_dictionary(Dictionary(a), exponent);
  EXPECT_EQ(exponent % 2, 0);
  EXPECT_EQ(Factor(scaled.matrix * std::ldexp(1.0, exponent)), a);
  EXPECT_LE(scaled.matrix.cwiseAbs().maxCoeff(), 1);
  EXPECT_GE(scaled.matrix.cwiseAbs().maxCoeff(), 0.25);
}

}  // namespace
}  // namespace hadal::verify
