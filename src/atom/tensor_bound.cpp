#include "tensor_bound.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "hadal/atom/structured.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/norm/combined_norm.hpp"
#include "tensor_cones.hpp"
#include "unfolding.hpp"

namespace hadal {
namespace {

/// A Gram matrix of the shorter side, and its factorisation, are the dearest part of a proof.
constexpr double order_max = 16'000, operations_max = 2e12;

struct Split {
  std::uint32_t rows = 0;
  double shorter = 0, longer = 0;
  double operations(double observed) const { return shorter * (shorter * shorter / 3 + observed); }
};

/// The ways to divide the modes into two sets, those of about equal sizes first: sigma_1 of noise
/// is smallest there.
std::vector<Split> splits_of(const TensorPattern& pattern) {
  const std::uint32_t all = (std::uint32_t{1} << pattern.order()) - 1;
  std::vector<Split> splits;
  for (std::uint32_t rows = 1; rows < all; rows += 2) {
    const double a = unfolded_size(pattern.shape(), rows);
    const double b = unfolded_size(pattern.shape(), all - rows);
    const Split split{rows, std::min(a, b), std::max(a, b)};
    constexpr double longest = 0x1p62;  // places are 64-bit numbers
    const double observed = static_cast<double>(pattern.observed());
    if (split.shorter <= order_max && split.longer < longest &&
        split.operations(observed) <= operations_max)
      splits.push_back(split);
  }
  std::stable_sort(splits.begin(), splits.end(),
                   [](const Split& a, const Split& b) { return a.longer < b.longer; });
  return splits;
}

std::vector<FactorNorm> chosen(const std::vector<FactorNorm>& norms, std::uint32_t modes) {
  std::vector<FactorNorm> some;
  for (std::size_t m = 0; m < norms.size(); ++m)
    if (modes >> m & 1) some.push_back(norms[m]);
  return some;
}

/// The polar of an unfolding, with all the proofs that matrices have.
PolarBound bound_of_split(const TensorPattern& pattern, const Vector& q,
                          const std::vector<FactorNorm>& norms, const Split& split,
                          const PolarRequest& request) {
  const Unfolding unfolding(pattern, q, split.rows);
  const std::uint32_t all = (std::uint32_t{1} << pattern.order()) - 1;
  const StructuredFamily family(unfolding.pattern(), combined_norm(chosen(norms, split.rows)),
                                combined_norm(chosen(norms, all - split.rows)));
  PolarBound bound = family.polar(unfolding.values(), family.empty(), request).bound;
  PolarSlack slack = bound.slack ? *bound.slack : PolarSlack{};
  slack.split = TensorSplit{split.rows, 0};
  bound.slack = std::make_shared<const PolarSlack>(std::move(slack));
  bound.method = "unfolding, " + bound.method;
  return bound;
}

void take_smaller(PolarBound other, PolarBound& bound) {
  if (other.proof == Proof::none) return;
  if (bound.proof != Proof::none && other.value >= bound.value) return;
  bound = std::move(other);
}

/// norm_m(w) >= (l1 + l2) ||w||_2: the product of those sums, rounded down.
double share(const std::vector<FactorNorm>& norms) {
  double product = 1;
  for (const FactorNorm& norm : norms) product *= (norm.l1 + norm.l2) * (1 - 0x1p-50);
  return product;
}

PolarBound bound_by_cones(const TensorPattern& pattern, const Vector& q,
                          const std::vector<FactorNorm>& norms, const PolarRequest& request) {
  constexpr double work = 3e8;
  std::vector<bool> nonnegative;
  for (const FactorNorm& norm : norms) nonnegative.push_back(norm.nonnegative);
  TensorConesOptions options;
  options.target = request.lambda * share(norms);
  options.evaluations_max =
      static_cast<int>(std::clamp(work / static_cast<double>(q.size()), 200.0, 50'000.0));
  options.cancelled = request.cancelled;
  PolarBound bound = polar_by_tensor_cones(pattern, q, nonnegative, options);
  bound.value = bound.value / share(norms) * (1 + 0x1p-50);
  return bound;
}

}  // namespace

PolarBound tensor_bound(const TensorPattern& pattern, const Vector& q,
                        const std::vector<FactorNorm>& norms, const PolarRequest& request) {
  const bool signs = std::all_of(norms.begin(), norms.end(),
                                 [](const FactorNorm& norm) { return norm.nonnegative; });
  if (q.size() == 0 || (signs && q.maxCoeff() <= 0))
    return {0, Proof::deterministic, "no entry of Q is positive", 0, true};
  PolarBound bound{request.estimate, Proof::none, "search: the tensor is too large for a proof", 1};
  const double target = request.lambda * (1 + 1e-3 * request.precision);
  double operations = 0;
  for (const Split& split : splits_of(pattern)) {
    operations += split.operations(static_cast<double>(pattern.observed()));
    if (bound.proof != Proof::none && operations > operations_max) break;
    take_smaller(bound_of_split(pattern, q, norms, split, request), bound);
    if ((bound.proof != Proof::none && bound.value <= target) || request.cancelled()) break;
  }
  if (bound.value > target && !request.cancelled())
    take_smaller(bound_by_cones(pattern, q, norms, request), bound);
  bound.best_there_is = true;
  return bound;
}

}  // namespace hadal
