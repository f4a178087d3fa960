#include "split_bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "lanczos.hpp"
#include "rounding.hpp"

namespace hadal::verify {
namespace {

/// Step counts at which the bound is evaluated. The failure probability is shared out evenly, so
/// that by the union bound all evaluations hold together, whichever of them is used.
constexpr std::array<Index, 11> step_counts{40, 60, 90, 135, 200, 300, 450, 675, 1000, 1500, 2200};

/// The basis of Lanczos vectors is kept below this many values (2 GiB).
constexpr Index largest_basis = Index{1} << 28;

/// Rows that one block of a blocked product adds up: a sum over n rows then has an error of
/// gamma_(block + n / block) instead of gamma_n.
constexpr Index block = 256;

double blocked_terms(Index n) { return static_cast<double>(block + n / block + 2); }

/// X^T Y, block by block.
Matrix inner(const Factor& x, const Factor& y) {
  Matrix sum = Matrix::Zero(x.cols(), y.cols());
  for (Index i = 0; i < x.rows(); i += block) {
    const Index count = std::min(block, x.rows() - i);
    sum.noalias() += x.middleRows(i, count).transpose() * y.middleRows(i, count);
  }
  return sum;
}

struct Basis {
  Factor columns;
  double defect = 0;  ///< >= distance to the nearest exactly orthonormal basis of its span
};

Basis basis_of(const Factor& factor) {
  if (factor.cols() == 0) return {factor, 0};
  const Matrix columns = factor;
  const Eigen::HouseholderQR<Matrix> qr(columns);
  Basis basis{qr.householderQ() * Matrix::Identity(factor.rows(), factor.cols()), 0};
  const Matrix identity = Matrix::Identity(factor.cols(), factor.cols());
  // The polar factor of B lies within || I - B^T B || of B. The second term is the rounding of the
  // product: || |B|^T |B| ||_F <= || B ||_F^2 = r.
  basis.defect = 1.01 * (inner(basis.columns, basis.columns) - identity).norm() +
                 gamma(blocked_terms(factor.rows())) * 1.01 * static_cast<double>(factor.cols());
  return basis;
}

/// >= || X ||_2 for a thin (or small) X, by the eigenvalues of X^T X. The margin covers the
/// product and the eigenvalues, whose backward error is taken as 32 r u || X ||_F^2 (r columns).
double thin_norm(const Factor& x) {
  if (x.size() == 0) return 0;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(inner(x, x), Eigen::EigenvaluesOnly);
  const double margin =
      gamma(blocked_terms(x.rows()) + 32 * static_cast<double>(x.cols())) * x.squaredNorm();
  return std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff()) + 1.01 * margin) * (1 + 4 * unit);
}

/// >= || [a b; c d] ||_2 for non-negative numbers: the larger root of x^2 - S x + det^2 = 0 with
/// S the sum of squares, its discriminant written without cancellation.
double two_by_two_norm(double a, double b, double c, double d) {
  const double rows = (a * a + b * b) - (c * c + d * d);
  const double root = std::hypot(rows, 2 * (a * c + b * d));
  return std::sqrt((a * a + b * b + c * c + d * d + root) / 2) * (1 + 16 * unit);
}

class Split {
 public:
  Split(const Sparse& q, const Factor& u, const Factor& v)
      : q_(q), u_(basis_of(u)), v_(basis_of(v)), frobenius_(q.frobenius()) {
    const Factor qv = q_.times(v_.columns);
    const Factor qu = q_.transposed_times(u_.columns);
    const Factor core = inner(u_.columns, qv);
    a_ = thin_norm(core);
    b_ = thin_norm(qu - v_.columns * core.transpose());
    c_ = thin_norm(qv - u_.columns * core);

    // Each block differs from its exact value by the rounding of a sparse product (sums over a
    // line), of a thin product and of a projection, all relative to || |Q| ||_2 ||V||_F <=
    // ||Q||_F sqrt(r), and by the defect of the bases, which enters each side of Q at most twice.
    const auto r = static_cast<double>(u.cols());
    const double terms = static_cast<double>(q.longest_line()) +
                         blocked_terms(std::max(q.rows(), q.columns())) + r + 8;
    block_margin_ =
        (4 * gamma(terms) * (std::sqrt(r) + 1) + 4 * (u_.defect + v_.defect)) * frobenius_;
    // One product with C^T C in the Lanczos run: two sparse products, four projections (with plain
    // sums over all rows or columns), and the recurrence, which reorthogonalisation keeps exact
    // for an operator this close.
    const double long_sum = static_cast<double>(std::max(q.rows(), q.columns()));
    operator_margin_ = 8 * gamma(terms + long_sum) * (std::sqrt(r) + 1) * frobenius_ * frobenius_;
  }

  /// The product with C^T C, or C C^T where that is smaller.
  Vector operator()(const Vector& x) const {
    if (q_.columns() <= q_.rows()) {
      const Vector y = outside(u_, q_.times(outside(v_, x)));
      return outside(v_, q_.transposed_times(y));
    }
    const Vector y = outside(v_, q_.transposed_times(outside(u_, x)));
    return outside(u_, q_.times(y));
  }

  Index dimension() const { return std::min(q_.rows(), q_.columns()); }
  double core_norm() const { return std::max(0.0, a_ - block_margin_); }
  double frobenius() const { return frobenius_; }

  /// The bound on || Q || when || C ||^2 <= square, up to rounding.
  double total(double square) const {
    const double d = std::sqrt(square + operator_margin_) * (1 + 4 * unit);
    return two_by_two_norm(a_ + block_margin_, b_ + block_margin_, c_ + block_margin_,
                           d + block_margin_);
  }

 private:
  static Vector outside(const Basis& basis, const Vector& x) {
    if (basis.columns.cols() == 0) return x;
    return x - basis.columns * (basis.columns.transpose() * x);
  }

  const Sparse& q_;
  Basis u_, v_;
  double frobenius_;
  double a_ = 0, b_ = 0, c_ = 0;
  double block_margin_ = 0, operator_margin_ = 0;
};

}  // namespace

PolarBound split_bound(const Sparse& q, const Factor& u, const Factor& v,
                       double failure_probability, const Enough& enough) {
  const Split split(q, u, v);
  const Index n = split.dimension();
  PolarBound result{split.core_norm(), split.frobenius(), Proof::deterministic, 0,
                    "Frobenius norm"};
  // Squares of anything smaller would vanish; beside data of magnitude one nothing smaller matters.
  constexpr double negligible = 1e-100;
  if (enough(result.bound) || result.bound < negligible) return result;
  const double share = failure_probability / static_cast<double>(step_counts.size());
  Lanczos lanczos(std::cref(split), random_direction(n));
  for (const Index steps : step_counts) {
    if (steps > n || steps * n > largest_basis) break;
    lanczos.extend_to(steps);
    const double found = lanczos.largest();
    result.search = std::max(result.search, std::sqrt(found));
    const double shortfall = kuczynski_wozniakowski(n, steps, share);
    if (shortfall < 1) {
      const double bound = split.total(found / (1 - shortfall));
      if (bound < result.bound)
        result = {result.search, bound, Proof::probabilistic, failure_probability,
                  fmt::format("split along the factors, {} Lanczos steps", steps)};
    }
    // Not even the value found so far, as if it were exact, would do: more steps cannot help.
    if (enough(result.bound) || !enough(split.total(found))) break;
  }
  return result;
}

}  // namespace hadal::verify
