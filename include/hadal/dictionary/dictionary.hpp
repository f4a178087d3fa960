#pragma once

#include <memory>
#include <string>

#include "hadal/types.hpp"

namespace hadal {

enum class DictionaryKind {
  none,     ///< the identity: coefficients are the factor
  matrix,   ///< given entry by entry: a dictionary, or features (side information) of the rows
  dct,      ///< discrete cosine transform
  fourier,  ///< real Fourier series
};

/// "none", "matrix", "dct", "fourier"; the inverse throws ArgumentError naming the text and the
/// accepted words.
std::string to_string(DictionaryKind kind);
DictionaryKind dictionary_kind_from_string(const std::string& text);

/// A matrix A, rows x elements, that takes the coefficients u of a factor to the factor A u, so
/// that X = sum_i (A u_i)(B v_i)^T. Penalties are on the coefficients. With features of rows and
/// columns as A and B this is inductive matrix completion (Jain and Dhillon 2013; Xu, Jin and Zhou
/// 2013); with sparse coefficients, a structured dictionary (Haeffele and Vidal 2015).
///
/// The bases have orthonormal columns, the lowest frequencies first, i = 0 .. rows - 1:
///   dct (type II):  s_k cos(pi (2 i + 1) k / (2 rows)),  s_0 = sqrt(1 / rows), else sqrt(2 /
///   rows); fourier:        sqrt(1 / rows), then sqrt(2 / rows) cos(2 pi f i / rows) and sin, f =
///   1, 2, ...
///                   (of an even number of rows the last one is (-1)^i sqrt(1 / rows)).
/// A copy shares the matrix.
class Dictionary {
 public:
  /// Largest number of entries of a basis, and magnitudes that the largest entry of a matrix may
  /// have, so that no product with data leaves the range of a double.
  static constexpr double basis_size_max = 1e8, largest_min = 1e-50, largest_max = 1e50;

  /// The identity, of any size.
  Dictionary() = default;
  /// Throws ArgumentError without rows or columns, for a value that is not finite, a column of
  /// zeros, and for a largest magnitude outside the range above.
  explicit Dictionary(Factor matrix);
  /// A basis. elements: how many of its columns, 1 .. rows. Throws ArgumentError for another
  /// number, one that is too large, and for another kind.
  Dictionary(DictionaryKind basis, Index rows, Index elements);

  bool given() const { return kind_ != DictionaryKind::none; }
  bool built_in() const { return given() && kind_ != DictionaryKind::matrix; }
  DictionaryKind kind() const { return kind_; }
  Index rows() const { return rows_; }
  Index elements() const { return elements_; }

  /// A. The entries of a basis are exact to 4 units of rounding of sqrt(2 / rows), and computed
  /// when first asked for. Precondition: given().
  const Factor& matrix() const;

  /// A x; x itself for the identity. Precondition: x has `elements()` rows.
  Factor times(Factor x) const;

 private:
  struct Values;
  DictionaryKind kind_ = DictionaryKind::none;
  Index rows_ = 0, elements_ = 0;
  std::shared_ptr<Values> values_;
};

}  // namespace hadal
