#include "verified_gram.hpp"

#include <Eigen/Cholesky>
#include <cmath>

#include "hadal/kernel/tall.hpp"

extern "C" void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);

namespace hadal {

/// Every element is a sum of at most L products, so |K - A^T A| <= gamma_L |A|^T |A| whatever the
/// order of summation, and the norm of |A|^T |A| is at most its largest row sum. The factor 1.01
/// covers the rounding of that row sum itself; what products lose to underflow is far below 1e-290.
Gram gram_of_tall(const Factor& a) {
  Gram gram;
  gram.lower = tall_inner(a, a);
  const Factor magnitude = a.cwiseAbs();
  const Vector sums = magnitude.transpose() * Vector(magnitude.rowwise().sum());
  const double largest = sums.size() > 0 ? sums.maxCoeff() : 0.0;
  gram.error = 1.01 * rounding_gamma(static_cast<double>(a.rows()) + 2) * largest + 1e-290;
  return gram;
}

/// If the floating-point Cholesky factorisation of A = fl(t I - K) completes, lambda_min(A) >=
/// -gamma_{n+1} / (1 - gamma_{n+1}) trace(A) (Higham, theorem 10.3; it holds for every order of the
/// sums, hence for a blocked LAPACK; n + 4 because optimised libraries multiply by rounded
/// reciprocals, and twice that for good measure). Then K <= t + error of K + subtraction error +
/// that.
double proves(const Gram& gram, double trial) {
  // Where squares underflow, the error of K is no longer relative to anything.
  if (!(trial * trial > 1e-280)) return std::numeric_limits<double>::infinity();
  const Index n = gram.lower.rows();
  Matrix a = -gram.lower;
  a.diagonal().array() += trial * trial;
  const double trace = a.diagonal().cwiseAbs().sum();
  int info = 0;
  const int size = static_cast<int>(n);
  dpotrf_("L", &size, a.data(), &size, &info);
  // A NaN on the diagonal would mean that some pivot was not seen to be positive.
  if (info != 0 || !(a.diagonal().minCoeff() > 0) || !a.diagonal().allFinite())
    return std::numeric_limits<double>::infinity();
  const double g = rounding_gamma(2 * (static_cast<double>(n) + 4));
  const double cholesky = 1.01 * g / (1 - g) * trace;
  const double subtraction =
      4 * unit_roundoff * (trial * trial + gram.lower.diagonal().cwiseAbs().maxCoeff());
  return std::sqrt(trial * trial + gram.error + cholesky + subtraction) * (1 + 4 * unit_roundoff);
}

double verified_root(const Gram& gram, double estimate, double precision) {
  for (double excess = precision; excess < 1e3; excess *= 10) {
    const double bound = proves(gram, estimate * (1 + excess));
    if (std::isfinite(bound)) return bound;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace hadal
