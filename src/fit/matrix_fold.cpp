#include "hadal/fit/matrix_fold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <unordered_map>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/fit/part_count.hpp"
#include "hadal/fit/solve_limits.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/solve/overfitting.hpp"

namespace hadal {

Split split_entries(const Entries& entries, const std::vector<int>& part, int fold) {
  Split split;
  for (Entries* side : {&split.train, &split.held_out}) {
    side->rows = entries.rows;
    side->columns = entries.columns;
  }
  for (Index k = 0; k < entries.size(); ++k) {
    Entries& side = part[k] == fold ? split.held_out : split.train;
    side.row.push_back(entries.row[k]);
    side.column.push_back(entries.column[k]);
    side.value.push_back(entries.value[k]);
    if (!entries.weight.empty()) side.weight.push_back(entries.weight[k]);
  }
  return split;
}

std::vector<Index> held_out_together(const MatrixData& data) {
  std::vector<Index> group(data.entries.size());
  std::iota(group.begin(), group.end(), 0);
  if (!data.picture || data.picture->channels == 1) return group;
  const Index width = data.picture->width;
  std::unordered_map<Index, Index> number;  // of each pixel, in order of appearance
  for (Index k = 0; k < data.entries.size(); ++k) {
    const Index pixel = data.entries.row[k] * width + data.entries.column[k] % width;
    group[k] = number.try_emplace(pixel, static_cast<Index>(number.size())).first->second;
  }
  return group;
}

std::vector<int> random_parts(const std::vector<Index>& group, int parts, std::uint64_t seed) {
  const Index groups = group.empty() ? 0 : *std::max_element(group.begin(), group.end()) + 1;
  std::vector<int> part(groups);
  for (Index g = 0; g < groups; ++g) part[g] = static_cast<int>(g % parts);
  // Fisher and Yates with the generator's own bits: std::shuffle differs between libraries.
  std::mt19937_64 generator(seed);
  for (Index g = groups - 1; g > 0; --g) {
    const Index other = static_cast<Index>(generator() % static_cast<std::uint64_t>(g + 1));
    std::swap(part[g], part[other]);
  }
  std::vector<int> of_entry(group.size());
  for (std::size_t k = 0; k < group.size(); ++k) of_entry[k] = part[group[k]];
  return of_entry;
}

double prediction_error(const MatrixModel& model, const Factor& u, const Factor& v,
                        const Entries& entries) {
  const Factor left = model.dictionary_u.times(u), right = model.dictionary_v.times(v);
  double sum = 0, total = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    const Index i = entries.row[k], j = entries.column[k];
    const double w = entries.weight.empty() ? 1 : entries.weight[k];
    total += w;
    if (model.loss == LossKind::multinomial) {
      const Vector scores = scores_at(model, i, j, left.row(i), right);
      sum += w * category_loss(scores, find_category(model.categories, entries.value[k]));
      continue;
    }
    const double z = model.offset.at(i, j) + model.norm.at(i, j) * left.row(i).dot(right.row(j));
    sum += w * entry_error(model.loss, entries.value[k], z);
  }
  return mean_error(model.loss, sum, total);
}

SolveOptions solve_options(const MatrixFitOptions& options, const CoefficientSpace& space) {
  SolveOptions solve = solve_limits(options);
  const bool structured = !(options.norm_u.plain() && options.norm_v.plain());
  switch (options.proof) {
    case ProofChoice::none:
      solve.proof = Proof::none;
      break;
    case ProofChoice::probabilistic:
      // Structured norms have no probabilistic proof; a deterministic one is no less.
      solve.proof = structured ? Proof::deterministic : Proof::probabilistic;
      break;
    case ProofChoice::deterministic:
      solve.proof = Proof::deterministic;
      break;
    case ProofChoice::automatic:
      if (structured) {
        solve.proof = Proof::deterministic;
        break;
      }
      solve.proof =
          verified_bound_is_cheap(space.pattern()) ? Proof::deterministic : Proof::probabilistic;
  }
  return solve;
}

RankOneAtoms in_units_of(const MatrixProblem& to, const MatrixProblem& from, RankOneAtoms atoms) {
  const double root = std::sqrt(from.data_unit() / to.data_unit());
  atoms.u *= root;
  atoms.v *= root;
  return atoms;
}

SolveOptions fold_options(const MatrixFitOptions& options, const CoefficientSpace& space) {
  SolveOptions solve = solve_options(options, space);
  solve.tolerance = std::max(options.tolerance, 3e-3);
  solve.settled = 1e-4;
  if (!(options.norm_u.plain() && options.norm_v.plain())) solve.settled_growths = 2;
  solve.proof = Proof::none;
  return solve;
}

MatrixFold::MatrixFold(Split split, const MatrixFitOptions& options, SolveObserver observer,
                       TimeLeft time_left)
    : held_out_(std::move(split.held_out)),
      problem_(split.train, options),
      solve_(fold_options(options, problem_.space())),
      observer_(std::move(observer)),
      time_left_(std::move(time_left)),
      refits_(problem_.structured() && options.refit == RefitChoice::automatic) {
  empty_error_ = error_of(problem_.family().empty());
}

double MatrixFold::error_of(const RankOneAtoms& atoms) const {
  MatrixModel model;
  problem_.describe(atoms, model);
  return prediction_error(model, model.u, model.v, held_out_);
}

RankOneAtoms MatrixFold::nearest(double ratio) const {
  const FoldState::Recent* best = nullptr;
  for (const FoldState::Recent& point : state_.recent) {
    if (point.ratio >= ratio && (!best || point.ratio < best->ratio)) best = &point;
  }
  return best ? best->atoms : problem_.start().atoms;
}

std::optional<FoldState::Done> MatrixFold::done_at(double ratio) const {
  for (const FoldState::Done& done : state_.done) {
    if (done.ratio == ratio) return done;
  }
  return {};
}

FoldPoint MatrixFold::fit(double ratio) {
  constexpr std::size_t points_kept = 4;
  if (std::optional<FoldState::Done> done = done_at(ratio)) {
    done->point.empty_error = empty_error_;  // not part of what is kept
    return done->point;
  }
  SolveOptions solve = solve_;
  solve.time_limit = std::max(1e-3, time_left_());
  Overfitting overfitting;
  Checkpoint<RankOneAtoms> judge;
  if (problem_.structured()) {
    judge = [&](const LoopState<RankOneAtoms>& state) {
      overfitting.see(state.trace.back().objective, error_of(state.atoms));
    };
    solve.cancelled = [&] { return overfitting.seen() || solve_.cancelled(); };
  }
  const SolveResult<RankOneAtoms> result = problem_.solve(
      problem_.lambda_at(ratio), problem_.start_from(nearest(ratio)), solve, observer_, judge);
  FoldPoint point;
  point.size = result.atoms.size();
  point.objective = result.certificate.objective;
  point.relative_gap = result.certificate.relative_gap;
  point.overfits = overfitting.seen();
  point.interrupted = (result.stop == StopReason::interrupted && !overfitting.seen()) ||
                      result.stop == StopReason::time_limit;
  const double penalised_error = error_of(result.atoms);
  point.held_out_error = penalised_error;
  if (refits_ && !point.interrupted) {
    const PartCount refit = parts_worth_keeping(problem_, result.atoms, held_out_);
    if (refit.count > 0 && refit.error < penalised_error) {
      point.parts_kept = refit.count;
      point.held_out_error = refit.error;
    }
  }
  point.empty_error = empty_error_;
  state_.recent.push_back({ratio, result.atoms});
  if (state_.recent.size() > points_kept) state_.recent.pop_front();
  if (point.interrupted) return point;
  state_.done.push_back({ratio, point, penalised_error});
  if (keep_) keep_(state_);
  return point;
}

}  // namespace hadal
