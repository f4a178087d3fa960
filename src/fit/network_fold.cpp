#include "network_fold.hpp"

#include <algorithm>

#include "hadal/fit/solve_limits.hpp"

namespace hadal {

NetworkFold::NetworkFold(const SampleData& train, SampleData held_out,
                         const NetworkFitOptions& options, SolveObserver observer,
                         TimeLeft time_left)
    : held_out_(std::move(held_out)),
      options_(options),
      problem_(train, options),
      observer_(std::move(observer)),
      time_left_(std::move(time_left)),
      empty_error_(error_of(problem_.model_of(problem_.family().empty()), held_out_).error) {}

FoldPoint NetworkFold::fit(double ratio) {
  constexpr double accurate = 1e-2;  // held-out errors settle long before the last digits do
  SolveOptions solve = solve_limits(options_);
  solve.tolerance = std::max(solve.tolerance, accurate);
  solve.proof = Proof::none;
  // Units come in turns: one that gains little is often what the next ones, which gain much, need.
  solve.settled = 1e-3;
  solve.settled_growths = 2;
  solve.time_limit = std::max(1e-3, time_left_());
  const SolveResult<HiddenUnits> result =
      problem_.solve(problem_.lambda_at(ratio), problem_.family().empty(), solve, observer_);
  const NetworkError error = error_of(problem_.model_of(result.atoms), held_out_);
  FoldPoint point;
  point.size = result.atoms.size();
  point.objective = result.certificate.objective;
  point.relative_gap = result.certificate.relative_gap;
  point.interrupted =
      result.stop == StopReason::interrupted || result.stop == StopReason::time_limit;
  point.held_out_error = error.error;
  point.empty_error = empty_error_;
  errors_[ratio] = error;
  return point;
}

}  // namespace hadal
