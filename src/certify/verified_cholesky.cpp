#include <cmath>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/kernel/lines.hpp"
#include "hadal/kernel/products.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

constexpr const char* cholesky_method = "verified Cholesky factorisation of w^2 I - Q Q^T";

/// A sparse matrix line by line.
struct SparseLines {
  SparseLines(const ObservedPattern& p, const Vector& q, bool by_row)
      : value(q.size()), lines(p, by_row, [&](Index at, Index k) { value[at] = q[k]; }) {}
  Vector value;
  Lines lines;
};

/// K = Q Q^T of the lines of the smaller side, one row of K at a time: K(i, 0..i) = the sum over
/// entries (i, j) of q_ij * line j of the other side, whose entries come sorted by i.
Gram gram_of_lines(const ObservedPattern& p, const Vector& q, bool rows) {
  const SparseLines near(p, q, rows), far(p, q, !rows);
  const std::int32_t *other = near.lines.other(), *back = far.lines.other();
  const Index n = near.lines.count();
  Gram gram;
  gram.lower = Matrix::Zero(n, n);
#pragma omp parallel for schedule(dynamic, 16)
  for (Index i = 0; i < n; ++i) {
    for (Index k = near.lines.begin(i); k < near.lines.end(i); ++k) {
      const double a = near.value[k];
      const Index end = far.lines.end(other[k]);
      for (Index t = far.lines.begin(other[k]); t < end && back[t] <= i; ++t)
        gram.lower(i, back[t]) += a * far.value[t];
    }
  }
  return gram;
}

Gram gram_of_dense(const ObservedPattern& p, const Vector& q) {
  Gram gram;
  const Eigen::Map<const Factor> dense(q.data(), p.rows(), p.columns());
  const Index n = std::min(p.rows(), p.columns());
  gram.lower = Matrix::Zero(n, n);
  if (p.rows() <= p.columns()) {
    gram.lower.selfadjointView<Eigen::Lower>().rankUpdate(dense);
  } else {
    gram.lower.selfadjointView<Eigen::Lower>().rankUpdate(dense.transpose());
  }
  return gram;
}

/// Every element of K is a sum of at most L products, so |K - Q Q^T| <= gamma_L |Q| |Q|^T whatever
/// the order of summation, and the norm of |Q| |Q|^T is at most its largest row sum. The
/// factor 1.01 covers the rounding of that row sum itself (relative gamma_{L + n}, far below 1 %).
double gram_error(const ObservedPattern& p, const Vector& q, bool rows) {
  const Vector magnitude = q.cwiseAbs();
  Vector inner, sums;
  if (rows) {
    apply_transpose_by_column(p, in_column_order(p, magnitude), Vector(Vector::Ones(p.rows())),
                              inner);
    apply(p, magnitude, inner, sums);
  } else {
    apply(p, magnitude, Vector(Vector::Ones(p.columns())), inner);
    apply_transpose_by_column(p, in_column_order(p, magnitude), inner, sums);
  }
  const double length = static_cast<double>(rows ? p.columns() : p.rows());
  return 1.01 * rounding_gamma(length) * sums.maxCoeff();
}

Gram gram_of(const ObservedPattern& p, const Vector& q) {
  const bool rows = p.rows() <= p.columns();
  Gram gram = p.full() ? gram_of_dense(p, q) : gram_of_lines(p, q, rows);
  gram.error = gram_error(p, q, rows);
  return gram;
}

}  // namespace

bool verified_bound_is_cheap(const ObservedPattern& pattern) {
  return std::min(pattern.rows(), pattern.columns()) <= 2500;
}

PolarBound verified_spectral_bound(const ObservedPattern& pattern, const Vector& q, double lambda,
                                   double precision, double estimate) {
  PolarBound bound;
  bound.proof = Proof::deterministic;
  bound.failure_probability = 0;
  bound.method = cholesky_method;
  if (q.size() == 0 || q.cwiseAbs().maxCoeff() == 0) return bound;

  // Far above everything in Q the Frobenius norm is proof enough: a sum of n squares errs by at
  // most n units of itself, and by a few more as they are scaled so that none vanishes.
  const double largest = q.cwiseAbs().maxCoeff();
  const double frobenius =
      largest * (q / largest).norm() * (1 + rounding_gamma(2 * static_cast<double>(q.size()) + 64));
  if (frobenius <= lambda) {
    bound.value = frobenius;
    bound.method = "Frobenius norm";
    return bound;
  }
  const Gram gram = gram_of(pattern, q);
  return verified_gram_bound(gram.lower, gram.error, lambda, precision, estimate);
}

PolarBound verified_gram_bound(const Matrix& lower, double error, double lambda, double precision,
                               double estimate) {
  PolarBound bound;
  bound.proof = Proof::deterministic;
  bound.failure_probability = 0;
  bound.method = cholesky_method;
  const Gram gram{lower, error};
  const double first = lambda * (1 + 1e-3 * precision);
  if (estimate <= first) {
    bound.value = proves(gram, first);
    if (std::isfinite(bound.value)) return bound;
  }
  // A search value never exceeds sigma_1 by more than rounding, so the trials start just above it
  // and the excess grows tenfold: the bound is at most ten times looser than it need be.
  const double base = std::max(estimate, first);
  bound.value = verified_root(gram, base, 1e-3 * precision);
  if (std::isfinite(bound.value)) return bound;
  bound.proof = Proof::none;
  bound.failure_probability = 1;
  return bound;
}

}  // namespace hadal
