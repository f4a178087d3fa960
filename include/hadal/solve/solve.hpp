#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "hadal/atom/atom.hpp"
#include "hadal/certify/certificate.hpp"
#include "hadal/descent/descent.hpp"
#include "hadal/error.hpp"
#include "hadal/loss/loss.hpp"
#include "hadal/solve/growth.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// The solve loop: descend, compress, certify, grow, until the gap is proved. It knows losses,
/// families of atoms and descents through their concepts only.
template <Loss L, AtomFamily F, Descent<L, F> D>
class SolveLoop {
 public:
  using Atoms = typename F::Atoms;

  /// Throws ArgumentError when the degrees of map and penalty differ (spurious local minima would
  /// appear: Haeffele and Vidal 2015, proposition 4), or for an option out of range.
  SolveLoop(const L& loss, const F& family, const D& descent, const SolveOptions& options)
      : loss_(loss), family_(family), descent_(descent), options_(options) {
    if (family.map_degree() != family.penalty_degree()) {
      throw ArgumentError("the map is of degree " + std::to_string(family.map_degree()) +
                          " and the penalty of degree " + std::to_string(family.penalty_degree()) +
                          "; expected equal degrees of positive homogeneity");
    }
    if (!(options.lambda > 0) || !std::isfinite(options.lambda)) {
      throw ArgumentError("lambda = " + std::to_string(options.lambda) +
                          " was given; expected a finite number > 0");
    }
    if (!(options.tolerance > 0)) {
      throw ArgumentError("tolerance = " + std::to_string(options.tolerance) +
                          " was given; expected > 0");
    }
  }

  void observe(SolveObserver observer) { observer_ = std::move(observer); }
  void checkpoint(Checkpoint<Atoms> checkpoint) { checkpoint_ = std::move(checkpoint); }

  /// Starts from no atoms.
  SolveResult<Atoms> run() {
    LoopState<Atoms> state;
    state.atoms = state.found = family_.empty();
    return run(std::move(state));
  }

  /// Starts from given atoms (a warm start, any point at all).
  SolveResult<Atoms> run_from(Atoms atoms) {
    LoopState<Atoms> state;
    state.atoms = std::move(atoms);
    state.found = family_.empty();
    return run(std::move(state));
  }

  /// Goes on from a checkpoint.
  SolveResult<Atoms> run(LoopState<Atoms> state) {
    state_ = std::move(state);
    before_ = state_.seconds;
    start_ = Clock::now();
    for (;;) {
      if (!grow()) return finish(StopReason::exhausted);
      descend();
      const PolarResult<Atoms> polar = certify();
      report(polar);
      const std::optional<StopReason> stop = decide();
      const bool reached =
          stop && (*stop == StopReason::tolerance || *stop == StopReason::exhausted);
      if (checkpoint_ && !reached && !options_.cancelled()) checkpoint_(state_);
      if (stop) return finish(*stop);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  double seconds_of_run() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }
  double seconds() const { return before_ + seconds_of_run(); }
  /// A limit is one on this run: a resumed fit gets it anew.
  bool out_of_time() const { return seconds_of_run() > options_.time_limit; }

  bool cut_short() const { return out_of_time() || options_.cancelled(); }

  /// A search value this little above lambda costs less than a tenth of the tolerance.
  double growth_threshold() const { return options_.lambda * (1 + 0.1 * options_.tolerance); }

  /// Appends the atoms found. Returns false, and appends none, where the fit has settled.
  bool grow() {
    Index count = growth_count(state_.collected, growth_threshold());
    count = std::min(count, options_.size_max - state_.atoms.size());
    std::vector<double> amounts;
    for (Index k = 0; k < count; ++k) amounts.push_back(state_.collected[k] - options_.lambda);
    grew_ = false;
    if (count <= 0) return true;
    residual_.reset();  // the memory is needed
    FieldOf<F> dz;
    Atoms direction = family_.empty();
    family_.append(direction, state_.found, amounts, 1);
    family_.predict(direction, dz);
    const double price = options_.lambda * family_.penalty(direction);
    // Maps are homogeneous of the penalty's degree: an atom of that penalty collects in proportion.
    double collected = 0;
    for (Index k = 0; k < count; ++k) collected += amounts[k] * state_.collected[k];
    const double scale = best_scale(dz, price, collected);
    // Half of slope times step: exact for a quadratic loss.
    const double gain = scale * (collected - price) / 2;
    const bool little = state_.iteration > 1 && gain < options_.settled * objective_;
    little_growths_ = little ? little_growths_ + 1 : 0;
    if (options_.proof == Proof::none && little && little_growths_ >= options_.settled_growths)
      return false;
    if (scale > 0) family_.append(state_.atoms, state_.found, amounts, scale);
    grew_ = scale > 0;
    return true;
  }

  double best_scale(const FieldOf<F>& dz, double price, double collected) const {
    if constexpr (requires { curvature_along(loss_, dz); }) {
      return quadratic_growth_scale(loss_, dz, price, collected);
    } else {
      Vector z;
      family_.predict(state_.atoms, z);
      return growth_scale(loss_, z, dz, price, collected);
    }
  }

  void descend() {
    // A given start is searched before it is improved: a descent on too few atoms would be wasted.
    if (state_.iteration == 0) return;
    residual_.reset();
    DescentGoal goal;
    goal.reduction = grew_ ? growth_reduction : state_.reduction;
    goal.cancelled = [this] { return cut_short(); };
    // Directions just appended are atoms now; only those found and left out can precondition.
    const Atoms none = family_.empty();
    const std::vector<double> nothing;
    const Outside<Atoms> outside =
        grew_ ? Outside<Atoms>{none, nothing} : Outside<Atoms>{state_.found, state_.collected};
    const DescentReport report =
        descent_.descend(loss_, family_, options_.lambda, state_.atoms, outside, goal);
    family_.compress(state_.atoms);
    at_floor_ = report.at_floor;
    state_.passes += report.passes;
  }

  PolarResult<Atoms> certify() {
    evaluate();
    PolarRequest request;
    request.lambda = options_.lambda;
    // A deterministic bound is made apart: the search then need not be a bound, unless it has just
    // turned out to have missed something.
    const bool bounding = options_.proof == Proof::probabilistic || state_.thorough;
    request.proof = bounding ? Proof::probabilistic : Proof::none;
    request.failure_probability = options_.failure_probability;
    request.atoms_max = std::max(options_.first_growth, state_.atoms.size());
    request.precision = options_.tolerance;
    request.thorough = options_.proof != Proof::none;
    request.seed =
        options_.seed + static_cast<std::uint64_t>(state_.iteration) * 0x9e3779b97f4a7c15;
    request.cancelled = [this] { return cut_short(); };
    PolarResult<Atoms> polar = family_.polar(*residual_, state_.atoms, request);
    state_.passes += polar.passes;
    certificate_ = hadal::certify(loss_, objective_, *residual_, options_.lambda, polar.bound);
    judge(polar);
    // The deterministic proof is the dearest step: it is made when the model looks optimal or can
    // no longer be improved, and the bound of the search stands in before.
    const bool last = limit_reached() || (at_floor_ && !grows_);
    state_.thorough = false;
    exhausted_ = false;
    if (options_.proof == Proof::deterministic && (estimate_ <= options_.tolerance || last)) {
      PolarResult<Atoms> proved = prove(request, polar.value);
      state_.thorough = certificate_.relative_gap > options_.tolerance;
      const bool best_there_is = proved.bound.best_there_is;
      // The proof may have met what the search has missed.
      if (!proved.collected.empty() && proved.collected.front() > polar.value) {
        polar = std::move(proved);
        judge(polar);
      }
      exhausted_ = estimate_ <= options_.tolerance && !grows_ && best_there_is;
    }
    return polar;
  }

  void judge(const PolarResult<Atoms>& polar) {
    estimate_ = gap_at(polar.value);
    grows_ = growth_count(polar.collected, growth_threshold()) > 0;
  }

  /// Puts the deterministic bound into the certificate.
  PolarResult<Atoms> prove(PolarRequest request, double estimate) {
    request.proof = Proof::deterministic;
    request.estimate = estimate;
    PolarResult<Atoms> proved = family_.polar(*residual_, state_.atoms, request);
    certificate_ = hadal::certify(loss_, objective_, *residual_, options_.lambda, proved.bound);
    return proved;
  }

  void evaluate() {
    FieldOf<F>& field = residual_.emplace();
    family_.predict(state_.atoms, field);
    objective_ = loss_.evaluate(field, field) + options_.lambda * family_.penalty(state_.atoms);
  }

  /// The relative gap if the polar were known to be this value.
  double gap_at(double polar) const {
    PolarBound bound;
    bound.value = polar;
    return hadal::certify(loss_, objective_, *residual_, options_.lambda, bound).relative_gap;
  }

  void report(const PolarResult<Atoms>& polar) {
    const bool proved = certificate_.proof != Proof::none;
    if (proved) state_.lower_bound = std::max(state_.lower_bound, certificate_.lower_bound);
    state_.found = polar.found;
    state_.collected = polar.collected;
    state_.seconds = seconds();
    OuterIteration outer;
    outer.iteration = state_.iteration;
    outer.size = state_.atoms.size();
    outer.objective = objective_;
    outer.lower_bound = std::max(state_.lower_bound, certificate_.lower_bound);
    outer.proved = outer.lower_bound == state_.lower_bound;
    outer.relative_gap = (objective_ - outer.lower_bound) / std::max(1e-300, std::abs(objective_));
    outer.polar = polar.value;
    outer.seconds = state_.seconds;
    outer.passes = state_.passes;
    const bool lower = state_.trace.empty() || objective_ < state_.trace.back().objective;
    state_.idle = lower ? 0 : state_.idle + 1;
    state_.trace.push_back(outer);
    ++state_.iteration;
    interrupted_ = (observer_ && !observer_(outer)) || options_.cancelled();
  }

  bool limit_reached() const {
    return state_.iteration + 1 >= options_.iteration_max || out_of_time();
  }

  /// A reason to end the loop.
  std::optional<StopReason> decide() {
    const double gap = certificate_.relative_gap;
    if (options_.proof != Proof::none && gap <= options_.tolerance) return StopReason::tolerance;
    if (exhausted_) return StopReason::exhausted;
    const bool descended = state_.iteration > 1;
    if (options_.proof == Proof::none && estimate_ <= options_.tolerance &&
        (descended || !grows_)) {
      return grows_ ? StopReason::tolerance : StopReason::exhausted;
    }
    const std::optional<StopReason> end = plan();
    if (end) return end;
    if (interrupted_) return StopReason::interrupted;
    if (out_of_time()) return StopReason::time_limit;
    if (state_.iteration >= options_.iteration_max) return StopReason::iteration_limit;
    return {};
  }

  /// Whether the last descent lowered F by so little that a fit which may settle has.
  bool settled_at_limit() const {
    if (options_.settled == 0 || state_.trace.size() < 2) return false;
    const double before = state_.trace[state_.trace.size() - 2].objective;
    return before - objective_ <= options_.settled * std::abs(objective_);
  }

  /// Sets the accuracy of the next descent, or says why there is none.
  std::optional<StopReason> plan() {
    if (grows_ && state_.atoms.size() >= options_.size_max) {
      if (at_floor_ || state_.reduction < 1e-12 || settled_at_limit())
        return StopReason::size_limit;
      state_.reduction = 1e-2 * state_.reduction;
      return {};
    }
    if (state_.idle >= idle_max) return StopReason::stalled;
    if (grows_) {
      state_.reduction = growth_reduction;
      return {};
    }
    if (at_floor_) return StopReason::stalled;
    // What is left of the gap is first order in the distance from stationarity, and the decrement
    // is of second order: aim a factor three below the tolerance.
    const double wanted = std::min(0.1, 0.3 * options_.tolerance / std::max(estimate_, 1e-300));
    state_.reduction = estimate_ <= options_.tolerance ? 1e-4 : wanted * wanted;
    return {};
  }

  SolveResult<Atoms> finish(StopReason stop) {
    // Where the end came without one, the model still gets the proof that was asked for.
    if (options_.proof == Proof::deterministic && certificate_.proof != Proof::deterministic) {
      PolarRequest request;
      request.lambda = options_.lambda;
      request.precision = options_.tolerance;
      request.cancelled = [this] { return cut_short(); };
      prove(request, state_.collected.empty() ? 0 : state_.collected.front());
    }
    SolveResult<Atoms> result;
    result.atoms = std::move(state_.atoms);
    result.certificate = certificate_;
    if (options_.proof == Proof::none) {
      result.certificate.proof = Proof::none;
      result.certificate.failure_probability = 1;
    }
    result.stop = stop;
    record_end(result.certificate);
    result.trace = std::move(state_.trace);
    result.iterations = state_.iteration;
    result.seconds = seconds();
    return result;
  }

  /// The history ends with what is claimed: the last proof may come after its last line, and the
  /// best bound so far be one that was only searched.
  void record_end(const Certificate& claim) {
    if (state_.trace.empty()) return;
    state_.trace.back().lower_bound = claim.lower_bound;
    state_.trace.back().relative_gap = claim.relative_gap;
  }

  static constexpr double growth_reduction = 1e-2;
  // Near the end a descent may improve the gradient although F stays the same number.
  static constexpr int idle_max = 5;

  const L& loss_;
  const F& family_;
  const D& descent_;
  SolveOptions options_;
  SolveObserver observer_;
  Checkpoint<Atoms> checkpoint_;

  LoopState<Atoms> state_;
  Clock::time_point start_;
  double before_ = 0;
  std::optional<FieldOf<F>> residual_;  ///< of the last search
  double objective_ = 0;
  double estimate_ = 0;  ///< the gap if the search had found all there is
  Certificate certificate_;
  int little_growths_ = 0;  ///< in a row
  bool grew_ = false, grows_ = false, at_floor_ = false, interrupted_ = false;
  bool exhausted_ = false;  ///< the search finds nothing more, and no better bound can be had
};

}  // namespace hadal
