#pragma once

#include <map>

#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/network_problem.hpp"
#include "hadal/solve/cross_validation.hpp"

namespace hadal {

/// One fold of a cross-validation over lambda; see MatrixFold. Every fit starts from nothing: units
/// that a larger lambda needs many of are in the way of those that a smaller one needs few of, and
/// what is evaluated costs as much as there are units.
class NetworkFold {
 public:
  NetworkFold(const SampleData& train, SampleData held_out, const NetworkFitOptions& options,
              SolveObserver observer, TimeLeft time_left);
  FoldPoint fit(double ratio);
  /// How well the fit at a ratio predicts what is held out. Precondition: it was made.
  const NetworkError& error_at(double ratio) const { return errors_.at(ratio); }

 private:
  SampleData held_out_;
  NetworkFitOptions options_;
  NetworkProblem problem_;
  SolveObserver observer_;
  TimeLeft time_left_;
  std::map<double, NetworkError> errors_;  ///< by ratio
  double empty_error_;
};

}  // namespace hadal
