#include "hadal/atom/streamed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hadal/certify/lanczos.hpp"
#include "hadal/certify/pair_bound.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/kernel/tall.hpp"
#include "polar_search.hpp"

namespace hadal {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

/// R V' and R^T U' for R = Y - U V^T.
Factor residual_times(const CentredRows& y, const LowRankField& q, const Factor& v) {
  Factor out = y.times(v);
  if (q.v.cols() > 0) add_tall_product(q.u, tall_inner(q.v, v), -1, out);
  return out;
}

Factor residual_transposed_times(const CentredRows& y, const LowRankField& q, const Factor& u) {
  Factor out = y.transposed_times(u);
  if (q.u.cols() > 0) add_tall_product(q.v, tall_inner(q.u, u), -1, out);
  return out;
}

/// Lanczos on a Gram matrix that is in memory, until its largest value has settled.
Lanczos settled_lanczos(const Matrix& gram, std::uint64_t seed) {
  constexpr Index stride = 20, most = 400;
  Lanczos lanczos(gram.rows(), seed, [&gram](const Vector& x, Vector& y) {
    y.noalias() = gram.selfadjointView<Eigen::Lower>() * x;
  });
  double before = -1;
  for (Index k = stride; k <= most; k += stride) {
    lanczos.run_to(k);
    const double value = lanczos.ritz_values()[0];
    if (value - before <= 1e-10 * value || lanczos.steps() == lanczos.dimension()) break;
    before = value;
  }
  return lanczos;
}

/// >= ||R||_F.
double frobenius(const LowRankField& q) {
  return static_cast<double>(std::sqrt(q.sums.square)) * (1 + 0x1p-40);
}

}  // namespace

StreamedFamily::StreamedFamily(const CentredRows& target, double half_square, FactorNorm u,
                               FactorNorm v, const CentredRows::Watch& watch)
    : target_(target),
      norm_(std::sqrt(2 * half_square)),
      pattern_(target.rows(), target.columns()),
      structured_(pattern_, std::move(u), std::move(v)) {
  constexpr Index order_max = 8000;
  if (std::min(target.rows(), target.columns()) > order_max) return;
  bool whole = true;
  gram_ = target.gram([&](double part) { return whole = !watch || watch(part); });
  if (!whole) gram_.reset();
}

Matrix StreamedFamily::residual_gram(const Field& q) const {
  Matrix gram = *gram_;
  if (q.u.cols() == 0) return gram;
  const bool rows = target_.rows() <= target_.columns();
  const Factor& near = rows ? q.u : q.v;
  // With far = V: R V + U V^T V / 2, so that one symmetric product is left.
  Factor applied = rows ? q.sums.rows_applied : residual_transposed_times(target_, q, q.u);
  const Matrix inner = rows ? tall_inner(q.v, q.v) : tall_inner(q.u, q.u);
  add_tall_product(near, inner, 0.5, applied);
  gram.noalias() -= near * applied.transpose();
  gram.noalias() -= applied * near.transpose();
  return gram;
}

Factor StreamedFamily::starts(const Field& q, const Atoms& atoms, std::uint64_t seed) const {
  constexpr Index singular_max = 8, row_max = 4;
  Factor singular(target_.columns(), 0);
  if (gram_) {
    const Matrix gram = residual_gram(q);
    const Lanczos lanczos = settled_lanczos(gram, seed);
    const Factor near = lanczos.ritz_vectors(std::min(singular_max, lanczos.steps()));
    singular =
        target_.rows() <= target_.columns() ? residual_transposed_times(target_, q, near) : near;
  }
  const Vector lengths = q.sums.row_positive + q.sums.row_negative;
  std::vector<Index> order(static_cast<std::size_t>(lengths.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return lengths[a] > lengths[b]; });
  Factor rows(target_.columns(), std::min(row_max, lengths.size()));
  for (Index s = 0; s < rows.cols(); ++s) {
    rows.col(s) = target_.row(order[s]);
    if (q.u.cols() > 0) rows.col(s) -= q.v * q.u.row(order[s]).transpose();
  }
  const bool signs_differ =
      structured_.u().norm().nonnegative || structured_.v().norm().nonnegative;
  const Factor opposite = signs_differ ? Factor(-singular) : Factor(target_.columns(), 0);
  Factor starts(target_.columns(), atoms.size() + singular.cols() + opposite.cols() + rows.cols());
  starts << atoms.v, singular, opposite, rows;
  return starts;
}

PolarResult<RankOneAtoms> StreamedFamily::polar(const Field& q, const Atoms& atoms,
                                                const PolarRequest& request) const {
  constexpr int rounds = 20;  // a round is two passes over the data
  PolarResult<Atoms> result;
  if (request.proof == Proof::deterministic) {
    result.value = request.estimate;
    result.found = empty();
    result.bound = bound(q, request);
    return result;
  }
  const ThinProducts products{
      target_.rows(), target_.columns(),
      [&](const Factor& v, Factor& out) { out = residual_times(target_, q, v); },
      [&](const Factor& u, Factor& out) { out = residual_transposed_times(target_, q, u); }};
  PolarSearch search(products, structured_.u(), structured_.v());
  search.run(starts(q, atoms, request.seed), request.atoms_max, 0.1 * request.precision,
             request.cancelled, rounds);
  result.found = search.found();
  result.collected = search.collected();
  result.value = result.collected.empty() ? 0 : result.collected.front();
  result.passes = search.passes();
  result.bound.value = result.value;
  result.bound.method = "many-start alternating search";
  return result;
}

/// >= sigma_1 of the residual as the pass over the data computed it. Precondition: a Gram matrix.
double StreamedFamily::largest_singular_value_bound(const Field& q,
                                                    const PolarRequest& request) const {
  const auto terms = static_cast<double>(target_.rows() + target_.columns() + 2 * q.u.cols() + 64);
  const Matrix gram = residual_gram(q);
  const double estimate =
      std::sqrt(std::max(0.0, settled_lanczos(gram, request.seed).ritz_values()[0]));
  // Each of the Gram matrix's four parts is a product of matrices whose Frobenius norms multiply to
  // at most `size` squared, formed from at most three rounded products of up to `terms` terms; and
  // the residual itself differs by as much as its own rounding from Y - U V^T.
  const double size = norm_ + q.u.norm() * q.v.norm();
  const double error = 16 * terms * eps * size * size;
  const PolarBound bound =
      verified_gram_bound(gram, error, request.lambda, request.precision, estimate);
  if (bound.proof == Proof::none) return frobenius(q);
  return std::min(frobenius(q), bound.value + 2 * terms * eps * size);
}

PolarBound StreamedFamily::bound(const Field& q, const PolarRequest& request) const {
  const FactorNorm &u = structured_.u().norm(), &v = structured_.v().norm();
  const auto& s = q.sums;
  const LineSquares lines = {
      s.row_positive,    s.row_negative, s.column_positive,
      s.column_negative, s.largest,      static_cast<double>(target_.rows() + target_.columns())};
  const bool spectral = u.l2 * v.l2 > 0 && s.largest > 0 && gram_;
  const double sigma = spectral ? largest_singular_value_bound(q, request) : frobenius(q);
  PolarBound bound;
  bound.value = pair_bound(u, v, lines, sigma);
  bound.proof = std::isfinite(bound.value) ? Proof::deterministic : Proof::none;
  bound.failure_probability = bound.proof == Proof::none ? 1 : 0;
  bound.method = spectral ? "every pair of norm terms at once, sigma_1 by a verified Cholesky "
                            "factorisation of its Gram matrix"
                          : "every pair of norm terms at once, the Frobenius norm for sigma_1";
  bound.best_there_is = true;
  return bound;
}

}  // namespace hadal
