#include <cmath>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/kernel/products.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

/// One row of Q at a time: K(i, 0..i) = sum over entries (i, j) of q_ij * column j of Q, whose
/// entries come sorted by row. `Side` hides which side is the smaller.
Gram gram_of_rows(const ObservedPattern& p, const Vector& q) {
  Gram gram;
  gram.lower = Matrix::Zero(p.rows(), p.rows());
  const std::int32_t *column = p.column(), *row = p.row();
  const std::uint32_t* position = p.position();
#pragma omp parallel for schedule(dynamic, 16)
  for (Index i = 0; i < p.rows(); ++i) {
    for (Index k = p.row_begin(i); k < p.row_end(i); ++k) {
      const double a = q[k];
      const Index end = p.column_end(column[k]);
      for (Index t = p.column_begin(column[k]); t < end && row[t] <= i; ++t)
        gram.lower(i, row[t]) += a * q[position[t]];
    }
  }
  return gram;
}

Gram gram_of_columns(const ObservedPattern& p, const Vector& q) {
  Gram gram;
  gram.lower = Matrix::Zero(p.columns(), p.columns());
  const std::int32_t *column = p.column(), *row = p.row();
  const std::uint32_t* position = p.position();
#pragma omp parallel for schedule(dynamic, 16)
  for (Index j = 0; j < p.columns(); ++j) {
    for (Index t = p.column_begin(j); t < p.column_end(j); ++t) {
      const double a = q[position[t]];
      const Index end = p.row_end(row[t]);
      for (Index k = p.row_begin(row[t]); k < end && column[k] <= j; ++k)
        gram.lower(j, column[k]) += a * q[k];
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
  Gram gram = p.full() ? gram_of_dense(p, q) : rows ? gram_of_rows(p, q) : gram_of_columns(p, q);
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
  bound.method = "verified Cholesky factorisation of w^2 I - Q Q^T";
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
