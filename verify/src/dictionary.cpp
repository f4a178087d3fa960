#include "dictionary.hpp"

#include <algorithm>
#include <cmath>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

/// cos and sin of 2 pi turns, the fraction m / n of a turn being reduced first. Its rounding and
/// theirs are a few units of extended precision.
constexpr Real two_pi = 6.283185307179586476925286766559005768L;
Real cosine(Index m, Index n) {
  return std::cos(two_pi * (static_cast<Real>(m % n) / static_cast<Real>(n)));
}
Real sine(Index m, Index n) {
  return std::sin(two_pi * (static_cast<Real>(m % n) / static_cast<Real>(n)));
}

/// The k-th column of the cosine transform of type II, or of the real Fourier series.
Real basis_entry(DictionaryKind kind, Index rows, Index i, Index k) {
  const Real n = static_cast<Real>(rows);
  if (k == 0) return std::sqrt(1 / n);
  if (kind == DictionaryKind::dct) return std::sqrt(2 / n) * cosine((2 * i + 1) * k, 4 * rows);
  if (k == rows - 1 && rows % 2 == 0) return (i % 2 == 0 ? 1 : -1) * std::sqrt(1 / n);
  const Index frequency = (k + 1) / 2;
  return std::sqrt(2 / n) * (k % 2 == 1 ? cosine(frequency * i, rows) : sine(frequency * i, rows));
}

Factor basis(DictionaryKind kind, Index rows, Index elements) {
  Factor matrix(rows, elements);
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < elements; ++k)
      matrix(i, k) = static_cast<double>(basis_entry(kind, rows, i, k));
  return matrix;
}

}  // namespace

Factor ScaledDictionary::times(const Factor& x) const { return given() ? Factor(matrix * x) : x; }

Factor ScaledDictionary::magnitude() const {
  return (matrix.cwiseAbs().array() + basis_entry).matrix();
}

Factor ScaledDictionary::magnitude_times(const Factor& x) const {
  return given() ? Factor(magnitude() * x.cwiseAbs()) : Factor(x.cwiseAbs());
}

ScaledDictionary scaled_dictionary(const Dictionary& dictionary, int& exponent) {
  exponent = 0;
  ScaledDictionary scaled;
  if (!dictionary.given()) return scaled;
  if (dictionary.built_in()) {
    scaled.matrix = basis(dictionary.kind(), dictionary.rows(), dictionary.elements());
    scaled.basis_entry = std::sqrt(2 / static_cast<double>(dictionary.rows())) * (1 + 4 * unit);
    return scaled;
  }
  const Factor& matrix = dictionary.matrix();
  std::frexp(matrix.cwiseAbs().maxCoeff(), &exponent);
  exponent += exponent & 1;
  scaled.matrix = matrix.unaryExpr([&](double x) { return std::ldexp(x, -exponent); });
  return scaled;
}

}  // namespace hadal::verify
