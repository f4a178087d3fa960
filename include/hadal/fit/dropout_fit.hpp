#pragma once

#include <vector>

#include "hadal/dropout/linear_data.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/model/dropout_model.hpp"

namespace hadal {

enum class DropoutMethod {
  closed,   ///< the global optimum by its formula, where there is one; otherwise descents from it
  descent,  ///< L-BFGS on the deterministic objective, from a random start
  sgd,      ///< training with the noise itself, beside its expectation
  equalise  ///< no fit: the target itself, shared among the units so that the penalty is least
};

/// Of FitOptions, lambda and loss do not apply; size_max, checkpoint and resume are refused.
struct DropoutFitOptions : FitOptions {
  Noise noise;                ///< retain from 1e-12 to 1, where there is no noise
  std::vector<Index> widths;  ///< of the hidden layers; empty: one, as wide as the data ask for
  /// retain is that of width one, and a wider layer's is adapted so that the penalty on the product
  /// stays the same: t(r) = q / (r - (r - 1) q). Always so where no width is given.
  bool adaptive = false;
  DropoutMethod method = DropoutMethod::closed;
  double retain_end = 0;  ///< sgd: retain goes to this one linearly; 0: it is constant
  int epochs = 10'000;    ///< of sgd
  Index batch = 0;        ///< samples in a step of sgd; 0: all, at most 256
  double step = 0;        ///< of sgd at the start; 0: from the data's curvature
};

/// Fits the network and bounds what any network of these widths could reach. Throws ArgumentError
/// for options or data that do not fit each other, naming what was given and what was expected.
DropoutModel fit_dropout(const dropout::LinearData& data, const DropoutFitOptions& options,
                         const FitObserver& observe = {});

}  // namespace hadal
