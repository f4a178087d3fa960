#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/lanczos.hpp"
#include "hadal/certify/spectral_bound.hpp"
#include "hadal/kernel/products.hpp"

namespace hadal {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

/// Squares of anything smaller would vanish, and with them what the bound is made of.
constexpr double negligible = 1e-100;

/// Columns scaled to unit length; `defect` bounds how far they are from orthonormal (2-norm).
struct Basis {
  Factor columns;
  double defect = 0;
};

Basis orthonormal_basis(const Factor& factor) {
  Basis basis{factor, 0};
  if (factor.cols() == 0) return basis;
  basis.columns.array().rowwise() /= factor.colwise().norm().array();
  Matrix gram = basis.columns.transpose() * basis.columns;
  gram.diagonal().array() -= 1;
  basis.defect = gram.norm() + eps * static_cast<double>(factor.rows());
  return basis;
}

void project_out(const Basis& basis, Vector& x) {
  if (basis.columns.cols() == 0) return;
  const Vector inside = basis.columns.transpose() * x;
  x.noalias() -= basis.columns * inside;
}

/// Largest singular value of a thin or small matrix.
double spectral_norm(const Matrix& a) {
  if (a.size() == 0) return 0;
  const Matrix gram = a.rows() < a.cols() ? Matrix(a * a.transpose()) : Matrix(a.transpose() * a);
  Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram, Eigen::EigenvaluesOnly);
  return std::sqrt(std::max(0.0, eigen.eigenvalues().maxCoeff()));
}

struct Blocks {
  double a = 0, b = 0, c = 0;
};

Blocks thin_blocks(const ObservedPattern& p, const Vector& q, const Basis& u, const Basis& v) {
  Blocks blocks;
  if (u.columns.cols() == 0) return blocks;
  Factor qv, qtu;
  apply(p, q, v.columns, qv);
  apply_transpose(p, q, u.columns, qtu);
  const Matrix inner = u.columns.transpose() * qv;
  qv.noalias() -= u.columns * inner;
  qtu.noalias() -= v.columns * inner.transpose();
  blocks.a = spectral_norm(inner);
  blocks.b = spectral_norm(qtu);
  blocks.c = spectral_norm(qv);
  return blocks;
}

double norm_of(const Blocks& blocks, double d) {
  if (!std::isfinite(d)) return std::numeric_limits<double>::infinity();
  Eigen::Matrix2d m;
  m << blocks.a, blocks.b, blocks.c, d;
  return spectral_norm(m);
}

/// The Lanczos run on C C^T or C^T C, whichever is smaller, C = (I - U U^T) Q (I - V V^T).
class OutsideSearch {
 public:
  OutsideSearch(const ObservedPattern& p, const Vector& q, const Basis& u, const Basis& v,
                std::uint64_t seed)
      : pattern_(p),
        q_(q),
        by_column_(in_column_order(p, q)),
        u_(u),
        v_(v),
        on_rows_(p.rows() <= p.columns()),
        lanczos_(std::min(p.rows(), p.columns()), seed,
                 [this](const Vector& x, Vector& y) { to_near(to_far(x), y); }) {}

  Lanczos& lanczos() { return lanczos_; }
  double value() const { return std::sqrt(std::max(0.0, lanczos_.ritz_values()[0])); }

  /// The `count` best pairs (u, v), unit length, with u^T Q v.
  void pairs(Index count, SplitResult& result) {
    const Matrix near = lanczos_.ritz_vectors(count);
    result.u.resize(pattern_.rows(), count);
    result.v.resize(pattern_.columns(), count);
    for (Index c = 0; c < count; ++c) {
      Vector x = near.col(c);
      project_out(on_rows_ ? u_ : v_, x);
      x.normalize();
      Vector far = to_far(x);
      const double value = far.norm();
      if (value > 0) far /= value;
      result.collected.push_back(value);
      (on_rows_ ? result.u : result.v).col(c) = x;
      (on_rows_ ? result.v : result.u).col(c) = far;
    }
  }

 private:
  Vector to_far(Vector x) const {
    Vector y;
    project_out(on_rows_ ? u_ : v_, x);
    if (on_rows_) {
      apply_transpose_by_column(pattern_, by_column_, x, y);
    } else {
      apply(pattern_, q_, x, y);
    }
    project_out(on_rows_ ? v_ : u_, y);
    return y;
  }
  void to_near(const Vector& y, Vector& x) const {
    if (on_rows_) {
      apply(pattern_, q_, y, x);
    } else {
      apply_transpose_by_column(pattern_, by_column_, y, x);
    }
    project_out(on_rows_ ? u_ : v_, x);
  }

  const ObservedPattern& pattern_;
  const Vector& q_;
  Vector by_column_;
  const Basis &u_, &v_;
  bool on_rows_;
  Lanczos lanczos_;
};

/// Steps at which the bound is looked at: fixed beforehand, so that a union bound over them keeps
/// the stated failure probability.
std::vector<Index> looks(Index dimension) {
  const Index last = std::min<Index>(dimension, 1500);
  std::vector<Index> steps;
  for (Index k = 30; k < last; k += std::max<Index>(10, k / 4)) steps.push_back(k);
  steps.push_back(last);
  return steps;
}

}  // namespace

double largest_singular_value(const ObservedPattern& pattern, const Vector& q) {
  if (q.size() == 0 || q.cwiseAbs().maxCoeff() == 0) return 0;
  const Basis none_left = orthonormal_basis(Factor(pattern.rows(), 0));
  const Basis none_right = orthonormal_basis(Factor(pattern.columns(), 0));
  OutsideSearch search(pattern, q, none_left, none_right, 1);
  Lanczos& lanczos = search.lanczos();
  double before = -1;
  for (Index k = 20;; k += 20) {
    lanczos.run_to(k);
    const double value = search.value();
    if (value - before <= 1e-14 * value || lanczos.steps() == lanczos.dimension()) return value;
    before = value;
  }
}

SplitResult split_spectral_search(const ObservedPattern& pattern, const Vector& q, const Factor& u,
                                  const Factor& v, const PolarRequest& request) {
  SplitResult result;
  result.u.resize(pattern.rows(), 0);
  result.v.resize(pattern.columns(), 0);
  result.bound.method = "Lanczos outside of the model's row and column spaces";
  if (q.size() == 0 || q.cwiseAbs().maxCoeff() == 0) {
    result.bound.proof = Proof::deterministic;
    result.bound.failure_probability = 0;
    return result;
  }
  const double largest = q.cwiseAbs().maxCoeff();
  if (largest < negligible) {
    result.bound.value = largest * std::sqrt(static_cast<double>(q.size())) * (1 + 4 * eps);
    result.bound.proof = Proof::deterministic;
    result.bound.failure_probability = 0;
    result.bound.method = "Frobenius norm";
    return result;
  }
  const Basis left = orthonormal_basis(u), right = orthonormal_basis(v);
  const Blocks blocks = thin_blocks(pattern, q, left, right);
  OutsideSearch search(pattern, q, left, right, request.seed);
  Lanczos& lanczos = search.lanczos();
  const std::vector<Index> steps = looks(lanczos.dimension());
  const double share = request.failure_probability / static_cast<double>(steps.size());
  const double good_enough = request.lambda * (1 + 1e-3 * request.precision);
  double d = std::numeric_limits<double>::infinity(), before = 0;
  for (const Index k : steps) {
    lanczos.run_to(k);
    // Of C = 0 the computed value may be negative, by rounding.
    const double ritz = std::max(0.0, lanczos.ritz_values()[0]);
    d = std::min(d, std::sqrt(largest_eigenvalue_bound(ritz, k, lanczos.dimension(), share)));
    const double value = search.value();
    const bool grows = value > request.lambda;
    // A search that has found an atom need not be sharpened once a few Ritz values have settled;
    // one that has found none, once what it still gains cannot reach lambda, or soon, since then a
    // proof is tried that does not depend on it.
    if (grows && k >= std::min<Index>(request.atoms_max * 3 / 2 + 20, steps.back())) break;
    const bool settled = k >= 60 && (k >= 100 || value - before <= 0.01 * (request.lambda - value));
    if (!grows && (request.proof == Proof::none ? settled : d <= good_enough)) break;
    before = value;
  }
  result.passes = 2 * static_cast<double>(lanczos.steps() + 1);
  result.value = std::max(blocks.a, search.value());

  // Rounding: the bases are orthonormal up to their defects, and a sum of n products errs by at
  // most n units of the product of the norms, here of Q's Frobenius norm and a unit vector.
  const double length = static_cast<double>(std::max(pattern.rows(), pattern.columns()));
  const double margin = 4 * (left.defect + right.defect + eps * length) * q.norm();
  result.bound.value = norm_of(blocks, d) * (1 + 64 * eps) + margin;
  result.bound.proof = Proof::probabilistic;
  result.bound.failure_probability = request.failure_probability;

  Index count = 0;
  const Vector& values = lanczos.ritz_values();
  while (count < std::min<Index>(request.atoms_max, values.size()) && values[count] > 0) ++count;
  search.pairs(count, result);
  return result;
}

}  // namespace hadal
