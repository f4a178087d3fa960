#include "structured_polar.hpp"

#include <algorithm>
#include <limits>

#include "cholesky_bound.hpp"
#include "cone_tree.hpp"
#include "pair_bound.hpp"
#include "polar.hpp"
#include "slack_bound.hpp"

namespace hadal::verify {
namespace {

bool nothing_positive(const Sparse& q) {
  const std::vector<double>& value = q.by_rows().value;
  return std::all_of(value.begin(), value.end(), [](double x) { return x <= 0; });
}

/// Takes the bound that the stored slack proves where it is the smaller one. Signs, shapes and the
/// tiling of a tree are checked there; what a slack says is never believed.
void use_slack(const StructuredPolar& polar, PolarSlack slack, PolarBound& result) {
  const Sparse& q = polar.q;
  constexpr double dense_max = 2e7;  // elements: no fit keeps a slack for more
  if (static_cast<double>(q.rows()) * static_cast<double>(q.columns()) > dense_max) {
    result.method += "; the stored slack is refused: the matrix is too large for one";
    return;
  }
  slack.exponent -= polar.exponent;
  Factor dense = Factor::Zero(q.rows(), q.columns());
  const Sparse::Lines& lines = q.by_rows();
  for (std::size_t i = 0; i + 1 < lines.start.size(); ++i)
    for (auto k = static_cast<std::size_t>(lines.start[i]);
         k < static_cast<std::size_t>(lines.start[i + 1]); ++k)
      dense(static_cast<Index>(i), lines.index[k]) = lines.value[k];
  const bool tree = !slack.tree.nodes.empty();
  const SlackBound proved = tree ? bound_from_tree(dense, polar.norm_u, polar.norm_v, slack)
                                 : bound_from_slack(dense, polar.norm_u, polar.norm_v, slack);
  if (!proved.refusal.empty()) {
    result.method += "; the stored slack is refused: " + proved.refusal;
  } else if (proved.bound < result.bound) {
    result.bound = proved.bound;
    result.method = tree ? "slacks on cones, recomputed leaf by leaf" : "slack, recomputed";
  }
}

}  // namespace

PolarBound structured_polar_bound(const StructuredPolar& polar, const Certificate& claim) {
  const Sparse& q = polar.q;
  PolarBound result;
  if (polar.norm_u.nonnegative && polar.norm_v.nonnegative && nothing_positive(q))
    return {0, 0, Proof::deterministic, 0, "no entry of Q is positive"};
  const Index order = std::min(q.rows(), q.columns());
  if (claim.proof == Proof::none || order > CholeskyBound::largest_order) {
    result.bound = std::numeric_limits<double>::infinity();
    result.proof = Proof::none;
    result.failure_probability = 1;
    result.method = "none";
    return result;
  }
  const PolarBound spectral = bound_by_cholesky(q, [](double) { return false; });
  result = {0, spectral.bound, Proof::deterministic, 0, spectral.method};
  result.bound = bound_from_pairs(polar.norm_u, polar.norm_v, lengths_of(q), spectral.bound);
  if (claim.slack && result.bound > polar.lambda) use_slack(polar, *claim.slack, result);
  return result;
}

}  // namespace hadal::verify
