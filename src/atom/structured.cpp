#include "hadal/atom/structured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "hadal/certify/cone_tree.hpp"
#include "hadal/certify/pair_bound.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/certify/structured_bound.hpp"
#include "hadal/error.hpp"
#include "hadal/kernel/products.hpp"
#include "polar_search.hpp"
#include "structured_starts.hpp"

namespace hadal {
namespace {

void check_graph(const FactorNorm& norm, Index elements, const char* side) {
  if (norm.tv > 0 && norm.graph.vertices != elements) {
    throw ArgumentError(
        fmt::format("a graph of {} vertices was given for the total variation of {}; expected {}, "
                    "one for each element of the factor",
                    norm.graph.vertices, side, elements));
  }
}

/// norm(x) >= (l1 + l2) ||x||_2, hence polar(Q) <= sigma_1(Q) / ((l1_u + l2_u) (l1_v + l2_v)):
/// that denominator, rounded down.
double share(const FactorNorm& u, const FactorNorm& v) {
  return (u.l1 + u.l2) * (v.l1 + v.l2) * (1 - 0x1p-50);
}

/// By all pairs of l1 and l2 terms, with sigma_1 proved.
PolarBound bound_by_pairs(const ObservedPattern& pattern, const Vector& q, const FactorNorm& u,
                          const FactorNorm& v, const PolarRequest& request) {
  constexpr Index order_max = 16'000;  // as the checker's
  if (std::min(pattern.rows(), pattern.columns()) > order_max)
    return {request.estimate, Proof::none, "search: the matrix is too large for a proof", 1};
  PolarBound bound = verified_spectral_bound(pattern, q, request.lambda * share(u, v),
                                             request.precision, largest_singular_value(pattern, q));
  bound.value = pair_bound(u, v, line_squares(pattern, q), bound.value);
  if (u.l1 + v.l1 > 0) bound.method = "every pair of norm terms at once, " + bound.method;
  return bound;
}

/// How many iterations on a slack take some seconds; 0 where one takes too long, or too much
/// memory.
int iterations_affordable(const ObservedPattern& pattern) {
  constexpr double operations = 4e10, size_max = 2e7;
  const double size = static_cast<double>(pattern.rows()) * static_cast<double>(pattern.columns());
  const double one = size * static_cast<double>(std::min(pattern.rows(), pattern.columns()));
  const double count = std::min(1000.0, operations / one);
  return size <= size_max && count >= 10 ? static_cast<int>(count) : 0;
}

/// Whether branch and bound over the cones of a non-negative factor is likely to end.
bool small_orthant(const ObservedPattern& pattern, const FactorNorm& u, const FactorNorm& v) {
  constexpr Index order_max = 8, other_max = 16;
  const bool l2_alone = u.l1 + u.tv + v.l1 + v.tv == 0;
  Index order = std::numeric_limits<Index>::max();
  if (u.nonnegative) order = std::min(order, pattern.rows());
  if (v.nonnegative) order = std::min(order, pattern.columns());
  return l2_alone && order <= order_max && pattern.rows() <= other_max &&
         pattern.columns() <= other_max;
}

Factor dense_matrix(const ObservedPattern& pattern, const Vector& q) {
  Factor dense = Factor::Zero(pattern.rows(), pattern.columns());
  pattern.for_each([&](Index k, Index i, Index j) { dense(i, j) = q[k]; });
  return dense;
}

/// ||A||_2^2.
double stretch(const Dictionary& dictionary) {
  if (dictionary.kind() != DictionaryKind::matrix) return 1;  // the identity, or orthonormal
  const Factor& a = dictionary.matrix();
  const ObservedPattern all(a.rows(), a.cols());
  const double norm = largest_singular_value(all, Eigen::Map<const Vector>(a.data(), a.size()));
  return norm * norm * (1 + 1e-10);
}

void take_smaller(const PolarBound& other, PolarSlack slack, PolarBound& bound) {
  if (other.proof == Proof::none || !(other.value < bound.value)) return;
  bound = other;
  bound.slack = std::make_shared<const PolarSlack>(std::move(slack));
}

}  // namespace

StructuredFamily::StructuredFamily(CoefficientSpace space, FactorNorm u, FactorNorm v)
    : space_(std::move(space)),
      u_(std::move(u)),
      v_(std::move(v)),
      stretch_u_(stretch(space_.a())),
      stretch_v_(stretch(space_.b())) {
  check_graph(u_.norm(), space_.rows(), "u");
  check_graph(v_.norm(), space_.columns(), "v");
}

RankOneAtoms StructuredFamily::empty() const {
  return {Factor(space_.rows(), 0), Factor(space_.columns(), 0)};
}

void StructuredFamily::predict(const Atoms& atoms, Vector& z) const {
  if (space_.plain()) {
    sampled_product(space_.data(), atoms.u, atoms.v, z);
    return;
  }
  Factor u = atoms.u, v = atoms.v;
  space_.lift_rows(u);
  space_.lift_columns(v);
  sampled_product(space_.data(), u, v, z);
}

Vector StructuredFamily::penalties(const Atoms& atoms) const {
  Vector sizes(atoms.size());
  for (Index c = 0; c < atoms.size(); ++c)
    sizes[c] = u_.norm()(atoms.u.col(c)) * v_.norm()(atoms.v.col(c));
  return sizes;
}

double StructuredFamily::penalty(const Atoms& atoms) const { return penalties(atoms).sum(); }

PolarResult<RankOneAtoms> StructuredFamily::polar(const Vector& q, const Atoms& atoms,
                                                  const PolarRequest& request) const {
  const Vector own = space_.plain() ? Vector() : space_.pull(q);
  const Vector& pulled = space_.plain() ? q : own;
  PolarResult<Atoms> result;
  if (request.proof == Proof::deterministic) {
    result.value = request.estimate;
    result.found = empty();
    result.bound = bound(pulled, request);
    // What rounding left out is charged to ||u||_2 ||v||_2 <= norm_u norm_v / ((l1 + l2) (l1 +
    // l2)).
    if (!space_.plain()) result.bound.value += space_.pull_error(q) / share(u_.norm(), v_.norm());
    return result;
  }
  const ThinProducts products{
      space_.rows(), space_.columns(),
      [&](const Factor& v, Factor& out) { apply(space_.pattern(), pulled, v, out); },
      [&](const Factor& u, Factor& out) { apply_transpose(space_.pattern(), pulled, u, out); }};
  const FactorNorm &u = u_.norm(), &v = v_.norm();
  PolarSearch search(products, u_, v_);
  search.run(
      first_starts(space_.pattern(), pulled, atoms, u.nonnegative || v.nonnegative, request.seed),
      request.atoms_max, 0.1 * request.precision, request.cancelled);
  const double wanted = request.lambda * (1 + 0.1 * request.precision);
  const bool exact = u.plain() && v.plain();  // the singular vectors
  if (request.thorough && !exact && search.value() <= wanted && !request.cancelled())
    search.run(more_starts(space_.pattern(), pulled, u, v, request.seed), request.atoms_max,
               0.1 * request.precision, request.cancelled);
  result.found = search.found();
  result.collected = search.collected();
  result.value = search.value();
  result.passes = search.passes();
  result.bound.value = result.value;
  result.bound.method = "many-start alternating search";
  return result;
}

PolarBound StructuredFamily::bound(const Vector& q, const PolarRequest& request) const {
  if (u_.norm().nonnegative && v_.norm().nonnegative && q.size() > 0 && q.maxCoeff() <= 0)
    return {0, Proof::deterministic, "no entry of Q is positive", 0, true};
  const ObservedPattern& pattern = space_.pattern();
  PolarBound bound = bound_by_pairs(pattern, q, u_.norm(), v_.norm(), request);
  const double target = request.lambda * (1 + 1e-3 * request.precision);
  const bool open = q.size() > 0 && q.cwiseAbs().maxCoeff() > 0 && bound.value > target;
  if (open && iterations_affordable(pattern) > 0) {
    const Factor dense = dense_matrix(pattern, q);
    StructuredBoundOptions options;
    options.target = target;
    options.iteration_max = iterations_affordable(pattern);
    options.cancelled = request.cancelled;
    StructuredBound slack = structured_bound(dense, u_.norm(), v_.norm(), options);
    take_smaller(slack.bound, std::move(slack.slack), bound);
    if (bound.value > target && small_orthant(pattern, u_.norm(), v_.norm())) {
      const double weight = u_.norm().l2 * v_.norm().l2;
      ConeTreeOptions limits;
      limits.cancelled = request.cancelled;
      ConeTreeResult cones =
          polar_by_cones(dense, u_.norm().nonnegative, v_.norm().nonnegative, limits);
      cones.bound.value = cones.bound.value / weight * (1 + 0x1p-50);
      if (!cones.slack.tree.nodes.empty()) take_smaller(cones.bound, std::move(cones.slack), bound);
    }
  }
  bound.best_there_is = true;
  return bound;
}

void StructuredFamily::append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
                              double scale) const {
  RankOneFamily(space_).append(atoms, found, amounts, scale);
}

void StructuredFamily::compress(Atoms& atoms) const {
  const Vector sizes = penalties(atoms);
  std::vector<Index> order(atoms.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](Index c) { return !(sizes[c] > 0); });
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return sizes[a] > sizes[b]; });
  Factor u(atoms.u.rows(), static_cast<Index>(order.size())), v(atoms.v.rows(), u.cols());
  for (Index c = 0; c < u.cols(); ++c) {
    const double root = std::sqrt(sizes[order[c]]);
    u.col(c) = atoms.u.col(order[c]) * (root / u_.norm()(atoms.u.col(order[c])));
    v.col(c) = atoms.v.col(order[c]) * (root / v_.norm()(atoms.v.col(order[c])));
  }
  atoms = {std::move(u), std::move(v)};
}

}  // namespace hadal
