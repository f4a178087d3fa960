#pragma once

#include <vector>

#include "problem.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// D(s), the negative conjugate of the loss on the segment from 0 to minus the residual, whose
/// doubles are taken as exact.
class Dual {
 public:
  virtual ~Dual() = default;
  /// A proven lower bound of every objective, for 0 <= s <= min(1, lambda / sigma_1(Q)): D(s) less
  /// a margin for all rounding.
  virtual Real lower_bound(Real s) const = 0;
  /// About the maximiser of D over 0 <= s <= largest.
  virtual double best_scale(double largest) const = 0;
};

/// Of the squared and the Huber loss, D(s) = s a - s^2 b / 2.
class ParabolicDual : public Dual {
 public:
  Real linear = 0;  ///< a = <R, Y>; Y = y - offset for means, y for free offsets
  Real linear_margin = 0;
  Real curvature = 0;  ///< >= b = sum R^2 / w [+ ||B^T R||^2 / ridge]

  Real lower_bound(Real s) const override;
  double best_scale(double largest) const override;
};

/// Of the losses with a link, sums of x log x over the entries, less s^2 / 2 times what free
/// offsets add. Of the multinomial loss the residual has to sum to zero over the scores of an
/// entry, exactly.
class EntropicDual : public Dual {
 public:
  /// The problem must outlive the object.
  /// offset_curvature: >= ||B^T R||^2 / ridge of free offsets, 0 without them.
  EntropicDual(const Problem& problem, std::vector<double> residual, Real offset_curvature);

  Real lower_bound(Real s) const override;
  double best_scale(double largest) const override;

 private:
  struct Term {
    Real value = 0, size = 0;  ///< the second: the same over absolute values
  };
  Term term(Index k, Real s) const;
  Real slope(Index k, Real s) const;
  template <class Sum, class Each>
  Sum by_rows(const Each& each) const;

  const Problem& problem_;
  std::vector<double> residual_;
  Real offset_curvature_;
  Index longest_row_ = 0;
};

}  // namespace hadal::verify
