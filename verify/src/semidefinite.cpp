#include "semidefinite.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/algebra/decompositions.hpp"
#include "rounding.hpp"

extern "C" void dpotrf_(const char* triangle, const int* n, double* a, const int* leading,
                        int* info);

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool factorises(Matrix& m) {
  if (!m.diagonal().allFinite() || !(m.diagonal().minCoeff() > 0)) return false;
  const int n = static_cast<int>(m.rows());
  int info = 0;
  dpotrf_("L", &n, m.data(), &n, &info);
  // A NaN on the diagonal would mean that some pivot was not seen to be positive.
  return info == 0 && m.diagonal().allFinite() && m.diagonal().minCoeff() > 0;
}

}  // namespace

/// If the factorisation of M = fl(H + s I) completes, M >= -gamma_k / (1 - gamma_k) trace(M) with
/// k = n + 1 (Higham, theorem 10.3), here 2 (n + 4) for libraries that multiply by rounded
/// reciprocals; and the diagonal was rounded once. So H >= -(s + both).
double semidefinite_shift(const Matrix& h) {
  const Index n = h.rows();
  if (n == 0) return 0;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(h, Eigen::EigenvaluesOnly);
  if (eigen.info() != Eigen::Success || !eigen.eigenvalues().allFinite()) return infinity;
  const double size = eigen.eigenvalues().cwiseAbs().maxCoeff();
  const double g = gamma(2 * (static_cast<double>(n) + 4));
  double shift = std::max(0.0, -eigen.eigenvalues().minCoeff()) * (1 + 1e-12) + 1e-14 * size;
  shift += std::numeric_limits<double>::min();
  for (int trial = 0; trial < 40; ++trial, shift *= 4) {
    Matrix m = h;
    m.diagonal().array() += shift;
    const double trace = m.diagonal().cwiseAbs().sum();
    const double rounding = unit * m.diagonal().cwiseAbs().maxCoeff();
    if (factorises(m)) return 1.01 * (shift + rounding + 1.01 * g / (1 - g) * trace) + 1e-300;
  }
  return infinity;
}

double largest_eigenvalue(const Matrix& h) {
  if (h.rows() == 0) return 0;
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(h, Eigen::EigenvaluesOnly);
  if (eigen.info() != Eigen::Success || !eigen.eigenvalues().allFinite()) return infinity;
  const double top = eigen.eigenvalues().maxCoeff();
  Matrix below = -h;
  below.diagonal().array() += top;
  // t I - H >= -(shift + rounding of t - H_ii).
  const double rounding = unit * below.diagonal().cwiseAbs().maxCoeff();
  return (top + semidefinite_shift(below) + rounding) + 4 * unit * std::abs(top);
}

/// Every element is a sum of at most L products, so |error| <= gamma_L |A|^T |A| element by
/// element, and the norm of that symmetric matrix is at most its largest row sum. What products
/// lose to underflow is below 2^-1074 each.
Gram gram_of(const Factor& a) {
  Gram gram{a.transpose() * a, 0};
  const Factor magnitude = a.cwiseAbs();
  const Vector across = magnitude.rowwise().sum();
  const Vector sums = magnitude.transpose() * across;
  const double largest = sums.size() > 0 ? sums.maxCoeff() : 0.0;
  gram.error = 1.01 * gamma(static_cast<double>(a.rows()) + 2) * largest + 1e-290;
  return gram;
}

}  // namespace hadal::verify
