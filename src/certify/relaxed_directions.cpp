#include <algorithm>
#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/direction_bound.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

/// K = [half/2 sum q q^T / m, mean/2 Q^T P; ., half/2 sum m p p^T] with
///   <q, v> |p^T u| <= (<q, v>^2 / m + m (p^T u)^2) / 2,
/// so that <v, Q^T act(P u)> <= [v; u]^T K [v; u] <= 2 lambda_max(K).
Matrix relaxation(const Factor& p, const Factor& q, const TwoSlopes& slopes, const Vector& m) {
  const Index k = q.cols(), d = p.cols();
  Matrix form(k + d, k + d);
  form.topLeftCorner(k, k).noalias() =
      slopes.half / 2 * q.transpose() * m.cwiseInverse().asDiagonal() * q;
  form.topRightCorner(k, d).noalias() = slopes.mean / 2 * q.transpose() * p;
  form.bottomLeftCorner(d, k) = form.topRightCorner(k, d).transpose();
  form.bottomRightCorner(d, d).noalias() = slopes.half / 2 * p.transpose() * m.asDiagonal() * p;
  return form;
}

/// Bound on the error of the elements of K, in the Frobenius norm.
double relaxation_error(const Factor& p, const Factor& q, const TwoSlopes& slopes,
                        const Vector& m) {
  const Vector lengths = p.rowwise().norm(), forces = q.rowwise().norm();
  const double sum =
      slopes.half * (forces.cwiseAbs2().dot(m.cwiseInverse()) + lengths.cwiseAbs2().dot(m)) +
      2 * std::abs(slopes.mean) * forces.dot(lengths);
  return 2 * rounding_gamma(static_cast<double>(p.rows() + 16)) * sum;
}

/// Verified: lambda_max(K) <= root^2 - shift, K + shift I being positive semidefinite or nearly so.
double verified_largest_eigenvalue(const Matrix& form, double error, double estimate) {
  const double shift = form.norm();
  Gram gram{form, error + 4 * unit_roundoff * shift};
  gram.lower.diagonal().array() += shift;
  const double root = verified_root(gram, std::sqrt(std::max(0.0, estimate + shift)), 1e-12);
  return (root * root - shift) + 8 * unit_roundoff * root * root;
}

/// The factor of m that makes both diagonal blocks of K as large: they go with 1 / m and m.
double balance(const Matrix& form, Index outputs) {
  const auto largest = [](const Matrix& block) {
    return Eigen::SelfAdjointEigenSolver<Matrix>(block, Eigen::EigenvaluesOnly)
        .eigenvalues()
        .maxCoeff();
  };
  const Index rest = form.rows() - outputs;
  const double of_q = largest(form.topLeftCorner(outputs, outputs));
  const double of_p = largest(form.bottomRightCorner(rest, rest));
  return of_q > 0 && of_p > 0 ? std::sqrt(of_q / of_p) : 1;
}

}  // namespace

RelaxedBound relaxed_direction_bound(const Factor& p, const Factor& q, const TwoSlopes& slopes) {
  const Index k = q.cols();
  const Vector lengths = p.rowwise().norm(), forces = q.rowwise().norm();
  const double scale = forces.maxCoeff() / std::max(lengths.maxCoeff(), 1e-300);
  if (!(scale > 0)) return {0, SingleVector::Ones(p.rows())};
  constexpr double floor = 1e-6;  // keeps multipliers of samples without a force in range
  Vector m = (forces.array() / lengths.array().max(1e-300)).min(scale / floor).max(scale * floor);
  Vector best = m;
  double least = std::numeric_limits<double>::infinity();
  constexpr double work = 1e10;  // of all steps together, each n (d + k)^2
  const double order = static_cast<double>(k + p.cols());
  const int steps = static_cast<int>(std::clamp(
      work / (static_cast<double>(p.rows()) * order * order + order * order * order), 1.0, 40.0));
  for (int step = 0; step < steps; ++step) {
    m *= balance(relaxation(p, q, slopes, m), k);
    const Matrix form = relaxation(p, q, slopes, m);
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(form);
    const Vector& value = eigen.eigenvalues();
    const double top = value[value.size() - 1];
    if (top < least) {
      least = top;
      best = m;
    }
    // A smoothed maximum: eigenvectors weighed by how close their eigenvalues are to the top.
    const Vector weight = ((value.array() - top) / (0.02 * top)).exp();
    const Matrix smooth = eigen.eigenvectors() * weight.cwiseSqrt().asDiagonal();
    const Vector of_q = (q * smooth.topRows(k)).rowwise().norm();
    const Vector of_p = (p * smooth.bottomRows(p.cols())).rowwise().norm();
    // The derivative in m vanishes where of_q / m = of_p; half-way there, in the logarithm.
    for (Index i = 0; i < m.size(); ++i) {
      const double wanted = of_q[i] / std::max(of_p[i], 1e-300);
      if (wanted > 0) m[i] = std::sqrt(m[i] * std::clamp(wanted, scale * floor, scale / floor));
    }
  }
  const SingleVector kept = best.cast<float>();  // as a model stores them: any m > 0 will do
  best = kept.cast<double>();
  const Matrix form = relaxation(p, q, slopes, best);
  const double error = relaxation_error(p, q, slopes, best);
  return {2 * verified_largest_eigenvalue(form, error, least * (1 + 1e-6)), kept};
}

}  // namespace hadal
