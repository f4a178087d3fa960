#include "tensor_polar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "divided_modes.hpp"
#include "factor_norm.hpp"
#include "hadal/model/polar_slack.hpp"
#include "pair_bound.hpp"
#include "polar.hpp"
#include "structured_polar.hpp"
#include "unfolded_norm.hpp"

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

PolarBound no_proof(std::string method) { return {0, infinity, Proof::none, 1, std::move(method)}; }

/// Why the slack's split of the modes is none, if so.
std::string refusal_of(const PolarSlack& slack, Modes all) {
  if (!slack.split) return "it names no unfolding of a tensor";
  const auto [rows, divided] = *slack.split;
  if (rows == 0 || (rows & divided) != 0 || ((rows | divided) & ~all) != 0 ||
      (rows | divided) == all)
    return fmt::format("rows {:#b} and divided modes {:#b} are no split of {:#b}", rows, divided,
                       all);
  const bool empty = slack.cover.size() + slack.gram_cover.size() == 0 && slack.pieces.empty() &&
                     slack.tree.nodes.empty();
  if (divided != 0 && !empty) return "it has values for a matrix that is not bounded by them";
  return "";
}

/// The rows of the unfolding whose longer side is shortest.
Modes even_rows(const Positions& positions) {
  Modes best = 1;
  double least = infinity;
  for (Modes rows = 1; rows < positions.all(); rows += 2) {
    const double longer = std::max(positions.count(rows), positions.count(positions.all() - rows));
    if (longer < least) {
      least = longer;
      best = rows;
    }
  }
  return best;
}

/// What the model's own components collect from Q is a lower value of its polar.
double collected_by_components(const TensorModel& model, const Problem& problem,
                               const std::vector<double>& gradient) {
  if (model.size() == 0) return 0;
  const Factor against = Sparse(problem, gradient).times(problem.v);
  double best = 0;
  for (Index c = 0; c < model.size(); ++c) {
    Real penalty = 1;
    for (std::size_t m = 0; m < model.factors.size(); ++m)
      penalty *= norm_of_column(model.norms[m], model.factors[m], c);
    penalty = std::ldexp(penalty, -problem.scaling.data);
    const double collected = problem.u.col(c).dot(against.col(c));
    if (penalty > 0) best = std::max(best, static_cast<double>(collected / penalty));
  }
  return best;
}

/// The largest of a few bounds around the claimed one that would still be enough.
double target_of(double claimed, const Enough& enough) {
  for (const double excess : {0.9e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9})
    if (enough(claimed * (1 + excess))) return claimed * (1 + excess);
  return claimed;
}

PolarBound by_dividing(const TensorPolar& tensor, const std::vector<double>& gradient,
                       const Certificate& claim, const Enough& enough) {
  const double claimed = tensor.problem.scaling.of_lambda(claim.polar_bound);
  if (!(claimed >= 0)) return no_proof("the claimed bound is no number");
  const DividedBound found = bound_by_dividing(tensor.positions, gradient, tensor.model.norms,
                                               *claim.slack->split, target_of(claimed, enough));
  if (found.bound == infinity) return no_proof(found.remark);
  const std::string method = "branch and bound over the directions of the divided modes";
  return {0, found.bound, Proof::deterministic, 0,
          found.remark.empty() ? method : method + "; " + found.remark};
}

PolarBound by_unfolding(const TensorPolar& tensor, const std::vector<double>& gradient, Modes rows,
                        const Certificate& claim) {
  const Sparse q = tensor.positions.unfolded(gradient, rows);
  const FactorNorm norm_u = unfolded_norm(tensor.model.norms, rows);
  const FactorNorm norm_v = unfolded_norm(tensor.model.norms, tensor.positions.all() - rows);
  PolarBound result = structured_polar_bound(
      {q, norm_u, norm_v, tensor.problem.lambda, tensor.problem.scaling.of_gradient()}, claim);
  result.method = "unfolding, " + result.method;
  return result;
}

}  // namespace

PolarBound TensorPolar::bound(const std::vector<double>& gradient, const Certificate& claim,
                              const Enough& enough) const {
  const auto derived = [&] {
    const bool signs = std::all_of(model.norms.begin(), model.norms.end(),
                                   [](const FactorNorm& norm) { return norm.nonnegative; });
    const bool positive =
        std::any_of(gradient.begin(), gradient.end(), [](double x) { return x > 0; });
    const PolarSlack* slack = claim.slack.get();
    const std::string refusal = slack ? refusal_of(*slack, positions.all()) : "";
    if (!refusal.empty()) return no_proof("the stored slack is refused: " + refusal);
    if (signs && !positive)
      return PolarBound{0, 0, Proof::deterministic, 0, "no entry of Q is positive"};
    if (claim.proof == Proof::none) return no_proof("none");
    if (slack && slack->split->divided_modes != 0)
      return by_dividing(*this, gradient, claim, enough);
    return by_unfolding(*this, gradient, slack ? slack->split->row_modes : even_rows(positions),
                        claim);
  };
  PolarBound result = derived();
  result.search = collected_by_components(model, problem, gradient);
  return result;
}

double TensorPolar::about(const std::vector<double>& gradient) const {
  constexpr double accuracy = 1e-6;
  const Modes rows = even_rows(positions);
  const Sparse q = positions.unfolded(gradient, rows);
  return bound_from_pairs(unfolded_norm(model.norms, rows),
                          unfolded_norm(model.norms, positions.all() - rows), lengths_of(q),
                          spectral_search(q, accuracy));
}

}  // namespace hadal::verify
