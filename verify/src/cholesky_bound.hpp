#pragma once

#include <functional>
#include <utility>

#include "sparse.hpp"

namespace hadal::verify {

/// Deterministic proof of sigma_1(Q) <= w by a Cholesky factorisation in floating point (Rump,
/// Verification of positive definiteness, BIT 46, 2006). Q is taken as exactly the doubles it
/// holds.
class CholeskyBound {
 public:
  /// Largest min(rows, columns) whose Gram matrix is formed: two arrays of 8 n^2 bytes.
  static constexpr Index largest_order = 16'000;

  /// Forms the Gram matrix of the smaller side. Precondition: that side <= largest_order.
  explicit CholeskyBound(const Sparse& q);

  /// From the lower triangle of the Gram matrix itself, of a Q of magnitude about one, that is
  /// known to within `margin` in the 2-norm.
  CholeskyBound(Matrix gram, double margin) : gram_(std::move(gram)), gram_margin_(margin) {}

  /// True only if sigma_1(Q) <= w, rounding included; false says nothing.
  bool proves(double w) const;

  /// A proven w, found by enlarging the lower value `search` little by little; it is sharpened as
  /// long as `enough` is false and something can be gained. Precondition: 0 < search < infinity,
  /// or Q = 0 (then the bound is 0).
  double bound(double search, const std::function<bool(double)>& enough) const;

 private:
  bool proves_scaled(double w) const;
  double allowance(double w) const;

  int exponent_ = 0;        ///< the Gram matrix is that of 2^-exponent Q
  Matrix gram_;             ///< lower triangle
  double gram_margin_ = 0;  ///< >= || gram as computed - gram exactly ||_2
};

}  // namespace hadal::verify
