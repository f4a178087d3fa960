#include "hadal/fit/tensor_fold.hpp"

#include <algorithm>
#include <limits>

#include "hadal/fit/solve_limits.hpp"

namespace hadal {

SplitTensor split_tensor(const TensorEntries& entries, const std::vector<int>& part, int fold) {
  SplitTensor split;
  for (TensorEntries* side : {&split.train, &split.held_out}) {
    side->shape = entries.shape;
    side->index.resize(entries.shape.size());
  }
  TensorPattern(entries).for_each([&](Index k, const TensorPattern::Position& at) {
    TensorEntries& side = part[static_cast<std::size_t>(k)] == fold ? split.held_out : split.train;
    for (std::size_t m = 0; m < entries.shape.size(); ++m)
      side.index[m].push_back(static_cast<std::int32_t>(at[m]));
    side.value.push_back(entries.value[static_cast<std::size_t>(k)]);
    if (!entries.weight.empty()) side.weight.push_back(entries.weight[static_cast<std::size_t>(k)]);
  });
  return split;
}

TensorAtoms refitted(const TensorProblem& problem, const TensorAtoms& atoms,
                     TensorRefitChoice refit) {
  if (atoms.size() == 0 || refit == TensorRefitChoice::none) return atoms;
  return refit == TensorRefitChoice::weights ? problem.with_fitted_sizes(atoms)
                                             : problem.with_fitted_factors(atoms);
}

TensorFold::TensorFold(SplitTensor split, const TensorFitOptions& options, SolveObserver observer,
                       TimeLeft time_left)
    : held_out_(std::move(split.held_out)),
      options_(options),
      problem_(split.train, options),
      observer_(std::move(observer)),
      time_left_(std::move(time_left)),
      empty_error_(problem_.error_on(held_out_, problem_.family().empty())) {}

TensorAtoms TensorFold::nearest(double ratio) const {
  const TensorFoldState::Recent* best = nullptr;
  for (const TensorFoldState::Recent& point : state_.recent)
    if (point.ratio >= ratio && (!best || point.ratio < best->ratio)) best = &point;
  return best ? best->atoms : problem_.family().empty();
}

double TensorFold::penalised_error(double ratio) const {
  for (const TensorFoldState::Done& done : state_.done)
    if (done.ratio == ratio) return done.penalised_error;
  return std::numeric_limits<double>::quiet_NaN();
}

FoldPoint TensorFold::fit(double ratio) {
  constexpr std::size_t points_kept = 4;
  constexpr double accurate = 1e-3;  // held-out errors settle long before the last digits do
  for (TensorFoldState::Done& done : state_.done) {
    if (done.ratio != ratio) continue;
    done.point.empty_error = empty_error_;  // not part of what is kept
    return done.point;
  }
  SolveOptions solve = solve_limits(options_);
  solve.tolerance = std::max(solve.tolerance, accurate);
  solve.proof = Proof::none;
  solve.time_limit = std::max(1e-3, time_left_());
  const SolveResult<TensorAtoms> result = problem_.solve(
      problem_.lambda_at(ratio), problem_.start_from(nearest(ratio)), solve, observer_);
  FoldPoint point;
  point.size = result.atoms.size();
  point.objective = result.certificate.objective;
  point.relative_gap = result.certificate.relative_gap;
  point.interrupted =
      result.stop == StopReason::interrupted || result.stop == StopReason::time_limit;
  const double error = problem_.error_on(held_out_, result.atoms);
  point.held_out_error =
      options_.refit == TensorRefitChoice::none
          ? error
          : problem_.error_on(held_out_, refitted(problem_, result.atoms, options_.refit));
  point.empty_error = empty_error_;
  state_.recent.push_back({ratio, result.atoms});
  if (state_.recent.size() > points_kept) state_.recent.pop_front();
  if (point.interrupted) return point;
  state_.done.push_back({ratio, point, error});
  if (keep_) keep_(state_);
  return point;
}

}  // namespace hadal
