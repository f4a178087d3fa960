#pragma once

namespace hadal {

/// One point of a training with dropout: the objective that it draws at random, many times at the
/// same weights, beside its expectation in closed form.
struct CurvePoint {
  double epoch = 0;
  double retain = 1;          ///< at that time
  double deterministic = 0;   ///< the expectation
  double stochastic = 0;      ///< mean over the draws
  double standard_error = 0;  ///< of that mean
};

}  // namespace hadal
