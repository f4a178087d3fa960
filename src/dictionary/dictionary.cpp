#include "hadal/dictionary/dictionary.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr std::array<std::pair<DictionaryKind, const char*>, 4> words = {
    {{DictionaryKind::none, "none"},
     {DictionaryKind::matrix, "matrix"},
     {DictionaryKind::dct, "dct"},
     {DictionaryKind::fourier, "fourier"}}};

constexpr long double pi = 3.141592653589793238462643383279502884L;

/// sqrt(2 / rows) cos(2 pi m / n) for m = 0 .. n - 1. The angles of a basis are looked up here,
/// their multiples of a turn taken off in whole numbers, so that high frequencies lose nothing.
std::vector<double> cosines(Index n, Index rows) {
  const long double scale = std::sqrt(2 / static_cast<long double>(rows));
  std::vector<double> table(static_cast<std::size_t>(n));
  for (Index m = 0; m < n; ++m)
    table[static_cast<std::size_t>(m)] = static_cast<double>(
        scale * std::cos(2 * pi * static_cast<long double>(m) / static_cast<long double>(n)));
  return table;
}

/// Both bases in quarters of their steps: cos(2 pi m / (4 rows)), and a sine is a cosine a quarter
/// of a turn back.
Factor basis_matrix(DictionaryKind basis, Index rows, Index elements) {
  const Index turn = 4 * rows;
  const std::vector<double> table = cosines(turn, rows);
  const auto wave = [&](Index m) { return table[static_cast<std::size_t>(m % turn)]; };
  const double even = static_cast<double>(std::sqrt(1 / static_cast<long double>(rows)));
  Factor a(rows, elements);
  for (Index i = 0; i < rows; ++i) {
    a(i, 0) = even;
    for (Index k = 1; k < elements; ++k) {
      const Index frequency = (k + 1) / 2;
      if (basis == DictionaryKind::dct)
        a(i, k) = wave((2 * i + 1) * k);
      else if (2 * frequency == rows)
        a(i, k) = i % 2 == 0 ? even : -even;
      else
        a(i, k) = wave(4 * frequency * i + (k % 2 == 1 ? 0 : 3 * rows));
    }
  }
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
