#pragma once

#include <memory>
#include <vector>

#include "dual.hpp"
#include "problem.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// What the model and the data say, in scaled units, with margins for rounding.
///
/// The residual is kept as the doubles that were computed. Weak duality holds for any dual matrix,
/// so these very doubles are taken as the exact dual, and only sums over them carry an error.
struct Figures {
  std::vector<double> residual;  ///< R = w times minus the derivative of the loss, by rows
  std::vector<double> gradient;  ///< Q = row_scale R column_scale: minus the gradient in X'
  double gradient_margin = 0;    ///< >= || Q as computed - Q exactly ||_2
  Real objective = 0;            ///< F
  Real objective_margin = 0;     ///< >= |F as computed - F exactly|
  Real train_error = 0;          ///< root mean square of y - prediction, or mean loss; unweighted
  Real train_error_margin = 0;
  Real dual_size = 0;  ///< of what D(1) is a difference of, where that is larger than F
  std::shared_ptr<const Dual> dual;
};

/// The problem must outlive the figures.
Figures figures_of(const Problem& problem);

}  // namespace hadal::verify
