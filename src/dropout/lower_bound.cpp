#include "hadal/dropout/lower_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "../certify/verified_gram.hpp"
#include "hadal/certify/lanczos.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/dropout/support_norm.hpp"

namespace hadal::dropout {
namespace {

constexpr Index cheap_order =
    2500;  ///< a Gram matrix of this order is factorised in a second or two

/// || P^T P - I ||, rounding included.
double orthonormality(const Matrix& p) {
  const Matrix gram = p.transpose() * p;
  const double computed = (gram - Matrix::Identity(p.cols(), p.cols())).norm();
  return computed + rounding_gamma(static_cast<double>(p.rows()) + 2) *
                        (p.squaredNorm() + static_cast<double>(p.cols()));
}

/// Bounds || A || for the matrix as it is in memory.
PolarBound norm_bound(const Matrix& a, const BoundRequest& request) {
  PolarBound bound;
  const Index order = std::min(a.rows(), a.cols());
  const double frobenius = a.norm() * (1 + rounding_gamma(2 * static_cast<double>(a.size()) + 64));
  if (frobenius <= request.harmless) {
    bound.value = frobenius;
    bound.proof = Proof::deterministic;
    bound.failure_probability = 0;
    bound.method = "Frobenius norm";
    return bound;
  }
  const bool tall = a.rows() >= a.cols();
  Vector through;
  Lanczos lanczos(order, request.seed, [&](const Vector& x, Vector& y) {
    if (tall) {
      through.noalias() = a * x;
      y.noalias() = a.transpose() * through;
    } else {
      through.noalias() = a.transpose() * x;
      y.noalias() = a * through;
    }
  });
  const bool deterministic = request.proof == ProofChoice::deterministic ||
                             (request.proof == ProofChoice::automatic && order <= cheap_order);
  if (deterministic || request.proof == ProofChoice::none) {
    lanczos.run_to(std::min<Index>(order, 20));
    const double search = std::sqrt(lanczos.ritz_values()[0]);
    if (!deterministic) {
      bound.value = search;
      bound.method = "search by Lanczos";
      return bound;
    }
    const Factor lines = tall ? Factor(a) : Factor(a.transpose());
    const Gram gram = gram_of_tall(lines);
    return verified_gram_bound(gram.lower, gram.error, request.harmless, 1e-6, search);
  }
  // Lanczos products are rounded: gamma of both lengths, of the Frobenius norm.
  const double rounding = rounding_gamma(static_cast<double>(a.rows() + a.cols()) + 8);
  bound.proof = Proof::probabilistic;
  bound.failure_probability = request.failure_probability;
  bound.method = "Lanczos from a random start";
  // Step counts are fixed beforehand, and each has its share of the failure probability.
  constexpr std::array<Index, 6> counts{16, 32, 64, 128, 256, 400};
  const double share = request.failure_probability / static_cast<double>(counts.size());
  bound.value = std::numeric_limits<double>::infinity();
  for (const Index steps : counts) {
    lanczos.run_to(std::min(order, steps));
    const double square =
        largest_eigenvalue_bound(lanczos.ritz_values()[0], lanczos.steps(), order, share);
    bound.value = std::min(bound.value, std::sqrt(square) + rounding * frobenius);
    if (bound.value <= request.harmless || lanczos.steps() == order) break;
  }
  return bound;
}

}  // namespace

SpectrumBound bound_spectrum(const Matrix& a, const Matrix& p, const Matrix& q, Index count,
                             const BoundRequest& request) {
  const Matrix aq = a * q, pa = p.transpose() * a;
  const Matrix s = p.transpose() * aq;
  const Matrix rest = a - (p * s) * q.transpose();
  // Off the diagonal: (I - P P^T) A Q and P^T A (I - Q Q^T).
  const double below = (aq - p * s).norm(), beside = (pa - s * q.transpose()).norm();
  const double loss = orthonormality(p) + orthonormality(q);
  const double size = a.norm(), length = static_cast<double>(a.rows() + a.cols() + 2 * p.cols());
  // Every product above, and the small decomposition below, is rounded by at most gamma of its
  // length times the norms that enter, which are ||A||_F times those of P and Q, sqrt(d) each; and
  // the nearest orthonormal P, Q differ from the given ones by no more than `loss`.
  const double width = static_cast<double>(std::max<Index>(1, p.cols()));
  // Four times as much as the checker takes off, so that it confirms what is claimed here.
  const double rounding = 4 * (4 * loss + 8 * rounding_gamma(length + 8) * width) * size;

  const double shift = std::max(below, beside) + rounding;
  BoundRequest of_rest = request;
  of_rest.harmless -= shift + rounding;
  SpectrumBound bound;
  bound.rest = norm_bound(rest, of_rest);
  bound.rest.value += rounding;
  std::vector<double> values;
  const Vector inside = singular_values(s);
  values.assign(inside.begin(), inside.end());
  values.resize(static_cast<std::size_t>(count) + values.size(), bound.rest.value);
  std::ranges::sort(values, std::greater());
  bound.upper.resize(count);
  for (Index i = 0; i < count; ++i) bound.upper[i] = values[static_cast<std::size_t>(i)] + shift;
  return bound;
}

double penalty_lower_bound(const Matrix& a, const InducedPenalty& penalty, const Matrix& p,
                           const Vector& g, const Matrix& q) {
  const double dual = squared_largest(g, penalty.block);
  if (!(dual > 0)) return 0;
  const Matrix aq = a * q;
  const double inner = p.cwiseProduct(aq).colwise().sum().dot(g);
  // Four times what the checker takes off, so that it confirms what is claimed here.
  const double lengths = static_cast<double>(a.rows() + a.cols() + g.size()) + 8;
  const double margin = 4 * rounding_gamma(lengths) * p.norm() * a.norm() * q.norm() * g.norm();
  const double loss = 4 * (orthonormality(p) + orthonormality(q)) + rounding_gamma(lengths);
  const double kept = std::max(0.0, inner - margin) * (1 - loss);
  return std::max(0.0, penalty.strength * kept / dual * kept * (1 - 16 * unit_roundoff));
}

DropoutBound lower_bound(const LinearData& data, const ReducedData& reduced,
                         const InducedPenalty& penalty, const Matrix& left, const Matrix& right,
                         BoundRequest request) {
  // With rows of full rank, M X lies in the row space up to a relative error of `condition` units.
  constexpr double trusted_condition = 1e8;
  const bool in_row_space = !data.identity() && data.inputs() < data.samples() &&
                            reduced.full_rank && reduced.condition < trusted_condition;
  const Matrix& target = in_row_space ? reduced.data.target : data.target;
  const Matrix coordinates = in_row_space ? Matrix(reduced.basis.transpose() * right) : right;
  const Index count = std::min({request.rank_max, target.rows(), target.cols()});
  // What does no harm: the largest value that is shrunk to zero anyway.
  {
    const Matrix s = left.transpose() * target * coordinates;
    const Vector values = singular_values(s);
    const Index most = std::min(count, values.size());
    const double threshold = shrink(values.head(most), penalty.strength, penalty.block).threshold;
    // A little less, so that a bound found just above it stays harmless.
    request.harmless = (1 - 1e-6) * (values.size() >= count ? values[count - 1] : threshold);
  }
  const SpectrumBound spectrum = bound_spectrum(target, left, coordinates, count, request);
  const SupportShrinkage best = shrink(spectrum.upper, penalty.strength, penalty.block);
  long double total = 0;
  for (Index k = 0; k < data.target.size(); ++k)
    total += static_cast<long double>(data.target.data()[k]) * data.target.data()[k];
  const long double explained =
      explained_at_most(spectrum.upper, best.dual, penalty.strength, penalty.block);
  // The target in the row space is rounded, and so is the basis: that of a matrix within gamma of X
  // (backward stability; Higham 2002, section 19), whose row space M X leaves by `condition` times
  // that.
  const double lost =
      in_row_space ? orthonormality(reduced.basis) +
                         4 * rounding_gamma(static_cast<double>(data.samples()) + 8) *
                             static_cast<double>(reduced.basis.cols()) +
                         8 * reduced.condition *
                             rounding_gamma(8 * static_cast<double>(data.inputs() * data.samples()))
                   : 0;
  const long double unit = std::numeric_limits<long double>::epsilon();
  const long double margin =
      4 * total * (4 * lost + unit * static_cast<long double>(data.target.size() + 8));
  DropoutBound bound;
  bound.rest = spectrum.rest;
  bound.value = static_cast<double>(total - explained - margin);
  bound.value = std::max(0.0, bound.value - 2 * unit_roundoff * std::abs(bound.value));
  return bound;
}

}  // namespace hadal::dropout
