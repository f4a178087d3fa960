#include "hadal/dictionary/dictionary.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <mutex>
#include <utility>

#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr std::array<std::pair<DictionaryKind, const char*>, 4> words = {
    {{DictionaryKind::none, "none"},
     {DictionaryKind::matrix, "matrix"},
     {DictionaryKind::dct, "dct"},
     {DictionaryKind::fourier, "fourier"}}};

constexpr long double pi = 3.141592653589793238462643383279502884L;

/// cos(2 pi m / n); m is reduced first, exactly, so that large angles lose nothing.
long double cosine(Index m, Index n) {
  return std::cos(2 * pi * static_cast<long double>(m % n) / static_cast<long double>(n));
}
long double sine(Index m, Index n) {
  return std::sin(2 * pi * static_cast<long double>(m % n) / static_cast<long double>(n));
}

/// Entry (i, k) of a basis of n rows, relative to sqrt(2 / n).
long double entry(DictionaryKind basis, Index n, Index i, Index k) {
  const long double constant = std::sqrt(0.5L);
  if (k == 0) return constant;
  if (basis == DictionaryKind::dct) return cosine((2 * i + 1) * k, 4 * n);
  const Index frequency = (k + 1) / 2;
  if (2 * frequency == n) return i % 2 == 0 ? constant : -constant;
  return k % 2 == 1 ? cosine(frequency * i, n) : sine(frequency * i, n);
}

Factor basis_matrix(DictionaryKind basis, Index rows, Index elements) {
  const long double scale = std::sqrt(2 / static_cast<long double>(rows));
  Factor a(rows, elements);
  for (Index i = 0; i < rows; ++i)
    for (Index k = 0; k < elements; ++k)
      a(i, k) = static_cast<double>(scale * entry(basis, rows, i, k));
  return a;
}

void check_values(const Factor& a) {
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.cols(); ++j)
      if (!std::isfinite(a(i, j)))
        throw ArgumentError(
            fmt::format("the value {} was given in row {}, column {} of a dictionary, counted from "
                        "0; expected a finite number",
                        a(i, j), i, j));
  const Eigen::RowVectorXd largest = a.cwiseAbs().colwise().maxCoeff();
  for (Index j = 0; j < a.cols(); ++j)
    if (largest[j] == 0)
      throw ArgumentError(
          fmt::format("column {} of a dictionary, counted from 0, holds zeros alone; expected "
                      "columns that can explain something",
                      j));
  const double most = largest.maxCoeff();
  if (most < Dictionary::largest_min || most > Dictionary::largest_max)
    throw ArgumentError(fmt::format(
        "a dictionary with values up to {:g} was given; expected a largest one from {:g} to {:g}",
        most, Dictionary::largest_min, Dictionary::largest_max));
}

}  // namespace

struct Dictionary::Values {
  std::once_flag once;
  Factor matrix;
};

Dictionary::Dictionary(Factor matrix)
    : kind_(DictionaryKind::matrix),
      rows_(matrix.rows()),
      elements_(matrix.cols()),
      values_(std::make_shared<Values>()) {
  if (matrix.size() == 0)
    throw ArgumentError(
        fmt::format("a dictionary of {} x {} was given; expected at least one row and one column",
                    rows_, elements_));
  check_values(matrix);
  values_->matrix = std::move(matrix);
}

Dictionary::Dictionary(DictionaryKind basis, Index rows, Index elements)
    : kind_(basis), rows_(rows), elements_(elements), values_(std::make_shared<Values>()) {
  if (basis != DictionaryKind::dct && basis != DictionaryKind::fourier)
    throw ArgumentError(
        fmt::format("the kind of dictionary '{}' was given for a basis; expected dct or fourier",
                    to_string(basis)));
  if (rows < 1 || elements < 1 || elements > rows)
    throw ArgumentError(
        fmt::format("a {} basis of {} elements for {} rows was given; expected 1 to {} elements",
                    to_string(basis), elements, rows, rows));
  if (static_cast<double>(rows) * static_cast<double>(elements) > basis_size_max)
    throw ArgumentError(fmt::format(
        "a {} basis of {} elements for {} rows was given; expected at most {:.0f}, e.g. {}:{:.0f}",
        to_string(basis), elements, rows, std::floor(basis_size_max / static_cast<double>(rows)),
        to_string(basis), std::floor(basis_size_max / static_cast<double>(rows))));
}

const Factor& Dictionary::matrix() const {
  std::call_once(values_->once, [this] {
    if (built_in()) values_->matrix = basis_matrix(kind_, rows_, elements_);
  });
  return values_->matrix;
}

Factor Dictionary::times(Factor x) const {
  if (!given()) return x;
  return matrix() * x;
}

std::string to_string(DictionaryKind kind) {
  for (const auto& [value, word] : words)
    if (value == kind) return word;
  return "none";
}

DictionaryKind dictionary_kind_from_string(const std::string& text) {
  for (const auto& [value, word] : words)
    if (text == word) return value;
  throw ArgumentError("the kind of dictionary '" + text +
                      "' was given; expected none, matrix, dct or fourier");
}

}  // namespace hadal
