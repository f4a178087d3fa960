#pragma once

#include <vector>

#include "problem.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// What the model and the data say, in scaled units, with margins for rounding.
///
/// The residual is kept as the doubles that were computed. Weak duality holds for any dual matrix,
/// so these very doubles are taken as the exact dual, and only sums over them carry an error.
struct Figures {
  std::vector<double> residual;  ///< R = w (y - offset - scale <u, v>), by rows
  std::vector<double> gradient;  ///< Q = row_scale R column_scale: minus the gradient in X'
  double gradient_margin = 0;    ///< >= || Q as computed - Q exactly ||_2
  Real objective = 0;            ///< F
  Real objective_margin = 0;     ///< >= |F as computed - F exactly|
  Real squared_error = 0;        ///< sum of (y - prediction)^2, unweighted
  Real linear = 0;               ///< a = <R, Y>; Y = y - offset for means, y for free offsets
  Real linear_margin = 0;
  Real curvature = 0;          ///< >= b = sum R^2 / w [+ ||B^T R||^2 / ridge]
  Real prediction_margin = 0;  ///< >= rounding error of any prediction

  /// A proven lower bound of every objective, for 0 <= s <= lambda / sigma_1(Q):
  /// D(s) = s a - s^2 b / 2. The margin covers the sums and this evaluation.
  Real lower_bound(Real s) const;
  /// The maximiser of D over 0 <= s <= largest.
  double best_scale(double largest) const;
};

Figures figures_of(const Problem& problem);

}  // namespace hadal::verify
