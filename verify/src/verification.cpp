#include "verification.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "checks.hpp"

namespace hadal::verify {
namespace {

class ThreadCount {
 public:
  explicit ThreadCount(int threads) : before_(omp_get_max_threads()) {
    if (threads > 0) omp_set_num_threads(threads);
  }
  ~ThreadCount() { omp_set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// The verification of one model, step by step.
class Verification {
 public:
  Verification(const FittedModel& model, Evidence& evidence, const Options& options)
      : model_(model),
        claim_(model.certificate),
        options_(options),
        evidence_(evidence),
        problem_(evidence.problem()) {}

  Report run() {
    evidence_.check_model(options_, checks_);
    check_record(model_, checks_);
    if (leaves_only_rounding(problem_, evidence_.each())) evidence_.remove_data();
    figures_ = evidence_.figures();
    if (check_figures()) {
      evidence_.check_lambda_max(checks_);
      prove();
      check_proof();
    }
    Report report;
    report.confirmed = checks_.all_passed();
    report.checks = checks_.take();
    report.found = found_;
    report.status = status_of(found_, model_.tolerance);
    return report;
  }

 private:
  /// Objective, training error and the lower bound for the claimed dual scale. False where the
  /// model is so far off that the numbers overflow: there is nothing to prove then.
  bool check_figures() {
    const Scaling& scaling = problem_.scaling;
    // F is rounded up, so that the gap below is never understated.
    const auto objective =
        rounded_up(scaling.to_objective(figures_.objective + figures_.objective_margin));
    found_.objective = objective;
    checks_.equal("objective", claim_.objective, objective,
                  options_.figure_tolerance * std::abs(objective),
                  "the objective computed from model and data differs");

    const auto train_error = scaling.to_data(static_cast<double>(figures_.train_error));
    checks_.equal("train error", model_.train_error, train_error,
                  options_.figure_tolerance * train_error +
                      scaling.to_data(static_cast<double>(figures_.train_error_margin)),
                  "the mean error of the penalised model differs");

    const auto lower =
        static_cast<double>(scaling.to_objective(figures_.dual->lower_bound(claim_.dual_scale)));
    const Real size = figures_.objective + claim_.dual_scale * figures_.dual_size;
    checks_.equal("lower bound at the claimed dual scale", claim_.lower_bound, lower,
                  options_.figure_tolerance * static_cast<double>(scaling.to_objective(size)),
                  "D(s) computed from model and data differs");
    return std::isfinite(objective) && std::isfinite(lower);
  }

  double largest_scale(double bound) const {
    if (bound <= problem_.lambda) return 1;
    if (!std::isfinite(bound)) return 0;
    // Two roundings of the quotient must not lift it above lambda / bound.
    return problem_.lambda / bound * (1 - 4 * unit);
  }

  /// Best lower bound that a polar bound supports, in the user's units.
  double lower_bound(double bound) const {
    const double s = figures_.dual->best_scale(largest_scale(bound));
    return rounded_down(problem_.scaling.to_objective(figures_.dual->lower_bound(s)));
  }

  /// In scaled units: in the user's own a small objective may be below 1e-300.
  double relative_gap(double lower) const {
    const Real objective = problem_.scaling.of_objective(found_.objective);
    const Real gap = objective - problem_.scaling.of_objective(lower);
    return static_cast<double>(gap / std::max(Real{1e-300L}, std::abs(objective)));
  }

  /// What has to be confirmed: the tolerance of an optimal claim, the bound of a bounded one.
  /// Bounds differ a little from draw to draw and by rounding, hence the thousandth.
  bool supports_claim(double lower) const {
    constexpr double slack = 1e-3;
    if (model_.status == Status::optimal)
      return relative_gap(lower) <=
             model_.tolerance + std::min(options_.figure_tolerance, slack * model_.tolerance);
    if (model_.status == Status::bounded)
      return lower >=
             claim_.lower_bound - slack * claim_.gap - options_.figure_tolerance * found_.objective;
    return true;
  }

  void prove() {
    const Enough enough = [&](double bound) { return supports_claim(lower_bound(bound)); };
    const PolarBound polar = evidence_.polar_bound(figures_, claim_, enough);
    search_ = problem_.scaling.to_lambda(polar.search);
    const double s = figures_.dual->best_scale(largest_scale(polar.bound));
    found_.dual_scale = s;
    found_.polar_bound = problem_.scaling.to_lambda(polar.bound);
    found_.lower_bound = lower_bound(polar.bound);
    found_.gap = found_.objective - found_.lower_bound;
    found_.relative_gap = relative_gap(found_.lower_bound);
    found_.proof = polar.proof;
    found_.failure_probability = polar.failure_probability;
    found_.method = polar.method;
  }

  void check_proof() {
    if (claim_.proof == Proof::none) {
      checks_.note("proof", "the model claims no proof: its lower bound is an estimate");
      return;
    }
    checks_.add("polar bound", claim_.polar_bound, search_,
                claim_.polar_bound >= search_ * (1 - options_.figure_tolerance),
                "the search found a larger value than the claimed bound");
    // A structured search is weak; the bound proved says more about the one claimed.
    constexpr double slack = 1e-4;
    if (problem_.structured && found_.proof == Proof::deterministic)
      checks_.add("polar bound as proved", claim_.polar_bound, found_.polar_bound,
                  claim_.polar_bound >= found_.polar_bound * (1 - slack),
                  "what can be proved is larger than the claimed bound");
    const bool kind = claim_.proof == Proof::deterministic ? found_.proof == Proof::deterministic
                                                           : found_.proof != Proof::none;
    checks_.add("kind of proof", claim_.failure_probability, found_.failure_probability,
                kind && found_.failure_probability <= claim_.failure_probability,
                "no proof of the claimed kind: " + found_.method);
    checks_.add("lower bound", claim_.lower_bound, found_.lower_bound,
                supports_claim(found_.lower_bound), "the proved lower bound is smaller");
    checks_.add("relative gap", claim_.relative_gap, found_.relative_gap,
                supports_claim(found_.lower_bound),
                "the proved gap is larger than the claimed one");
  }

  const FittedModel& model_;
  const Certificate& claim_;
  const Options& options_;
  Evidence& evidence_;
  const Problem& problem_;
  Figures figures_;
  Checks checks_;
  Certificate found_;
  double search_ = 0;
};

}  // namespace

Report verification(const FittedModel& model, Evidence& evidence, const Options& options) {
  return Verification(model, evidence, options).run();
}

Report timed(const Options& options, const std::function<Report()>& verify) {
  const auto start = std::chrono::steady_clock::now();
  const ThreadCount threads(options.threads);
  Report report = verify();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace hadal::verify
