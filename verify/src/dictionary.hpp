#pragma once

#include "hadal/dictionary/dictionary.hpp"
#include "hadal/types.hpp"

namespace hadal::verify {

/// The matrix A of one factor, divided by a power of two; empty where the factor has none. A basis
/// is computed here, from its formula.
struct ScaledDictionary {
  Factor matrix;
  /// Bounds every entry of a basis, whose own rounding is at most 8 units of it; 0 for a matrix
  /// that is given, whose doubles are exact.
  double basis_entry = 0;

  bool given() const { return matrix.size() > 0; }
  /// A x, or x.
  Factor times(const Factor& x) const;
  /// |A| + basis_entry: products of this size, times gamma_(operations + 16), bound the rounding of
  /// products with A.
  Factor magnitude() const;
  /// magnitude() |x|, or |x|.
  Factor magnitude_times(const Factor& x) const;
};

/// exponent: of the power of two that was taken out, even.
ScaledDictionary scaled_dictionary(const Dictionary& dictionary, int& exponent);

}  // namespace hadal::verify
