#include "hadal/dictionary/dictionary.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <string>

#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr double pi = std::numbers::pi;

double departure_from_orthonormal(const Factor& a) {
  return (a.transpose() * a - Matrix::Identity(a.cols(), a.cols())).cwiseAbs().maxCoeff();
}

TEST(Dictionary, BasesAreOrthonormalAtEverySize) {
  for (const DictionaryKind kind : {DictionaryKind::dct, DictionaryKind::fourier})
    for (const Index rows : {1, 2, 3, 4, 5, 8, 31, 64, 101, 300}) {
      const Dictionary full(kind, rows, rows);
      EXPECT_LT(departure_from_orthonormal(full.matrix()), 1e-14) << to_string(kind) << rows;
      EXPECT_EQ(full.matrix().rows(), rows);
      const Index some = (rows + 1) / 2;
      const Dictionary lowest(kind, rows, some);
      EXPECT_EQ(lowest.matrix(), full.matrix().leftCols(some)) << "the lowest come first";
    }
}

TEST(Dictionary, BasesAreTheTransformsOfTheirNames) {
  constexpr int n = 12;
  const Factor dct = Dictionary(DictionaryKind::dct, n, n).matrix();
  const Factor fourier = Dictionary(DictionaryKind::fourier, n, n).matrix();
  const double even = std::sqrt(1.0 / n), wave = std::sqrt(2.0 / n);
  for (int i = 0; i < n; ++i) {
    for (int k = 1; k < n; ++k)
      EXPECT_NEAR(dct(i, k), wave * std::cos(pi * (2 * i + 1) * k / (2.0 * n)), 1e-14);
    for (int f = 1; f < n / 2; ++f) {
      EXPECT_NEAR(fourier(i, 2 * f - 1), wave * std::cos(2 * pi * f * i / n), 1e-14);
      EXPECT_NEAR(fourier(i, 2 * f), wave * std::sin(2 * pi * f * i / n), 1e-14);
    }
    EXPECT_NEAR(fourier(i, n - 1), i % 2 == 0 ? even : -even, 1e-14);
    EXPECT_NEAR(dct(i, 0), even, 1e-14);
    EXPECT_NEAR(fourier(i, 0), even, 1e-14);
  }
}

/// High frequencies of a long basis lose nothing to large angles.
TEST(Dictionary, EntriesOfALongBasisAreExactToRounding) {
  constexpr std::int64_t n = 20'011, k = 900;
  const Factor a = Dictionary(DictionaryKind::dct, n, k + 1).matrix();
  const long double scale = std::sqrt(2.0L / n);
  for (const std::int64_t i : {0, 1, 777, 10'001, 20'010}) {
    const auto turns = static_cast<long double>((2 * i + 1) * k % (4 * n)) / (4.0L * n);
    const long double exact = scale * std::cos(2 * std::numbers::pi_v<long double> * turns);
    EXPECT_LE(std::abs((a(i, k) - exact) / scale), 4 * 0x1p-53L);
  }
}

TEST(Dictionary, TimesIsTheProductOrNothing) {
  const Factor x = Factor::Random(3, 2), a = Factor::Random(5, 3);
  EXPECT_EQ(Dictionary().times(x), x);
  EXPECT_EQ(Dictionary(a).times(x), Factor(a * x));
  EXPECT_FALSE(Dictionary().given());
  EXPECT_FALSE(Dictionary(a).built_in());
  EXPECT_TRUE(Dictionary(DictionaryKind::dct, 4, 2).built_in());
  const Dictionary one(a), copy = one;
  EXPECT_EQ(one.matrix().data(), copy.matrix().data()) << "a copy shares the matrix";
}

TEST(Dictionary, MistakesAreNamed) {
  const auto refused = [](const std::function<void()>& mistake, const std::string& part) {
    try {
      mistake();
      ADD_FAILURE() << "accepted: " << part;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(part));
      EXPECT_THAT(error.what(), testing::HasSubstr("expected"));
    }
  };
  const auto with = [](Index i, Index j, double value) {
    Factor a = Factor::Ones(4, 3);
    a(i, j) = value;
    return a;
  };
  refused([] { Dictionary(Factor(0, 3)); }, "0 x 3");
  refused([] { Dictionary(Factor(3, 0)); }, "3 x 0");
  refused([&] { Dictionary(with(2, 1, std::nan(""))); }, "row 2, column 1");
  refused([&] { Dictionary(with(0, 0, std::numeric_limits<double>::infinity())); }, "inf");
  refused(
      [] {
        Factor a = Factor::Ones(4, 3);
        a.col(2).setZero();
        Dictionary{a};
      },
      "column 2");
  refused([&] { Dictionary(with(1, 1, 1e60)); }, "1e+60");
  refused([&] { Dictionary(Factor(1e-60 * Factor::Ones(2, 2))); }, "1e-60");
  refused([] { Dictionary(DictionaryKind::dct, 5, 6); }, "6 elements");
  refused([] { Dictionary(DictionaryKind::dct, 5, 0); }, "0 elements");
  refused([] { Dictionary(DictionaryKind::fourier, -3, 1); }, "-3 rows");
  refused([] { Dictionary(DictionaryKind::matrix, 5, 5); }, "'matrix'");
  refused([] { Dictionary(DictionaryKind::dct, 100'000, 100'000); }, "dct:1000");
  refused([] { dictionary_kind_from_string("wavelet"); }, "'wavelet'");
}

}  // namespace
}  // namespace hadal
