#include "coefficient_gradient.hpp"

#include <cmath>
#include <utility>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

/// A^T Q B for the matrices at hand, either of which may be empty.
Factor product(const Sparse& q, const Factor& a, const Factor& b) {
  if (b.size() == 0) return Factor(q.transposed_times(a).transpose());
  const Factor qb = q.times(b);
  return a.size() == 0 ? qb : Factor(a.transpose() * qb);
}

}  // namespace

CoefficientGradient coefficient_gradient(const Problem& problem,
                                         const std::vector<double>& gradient) {
  Sparse q(problem, gradient);
  if (!problem.has_dictionary()) return {std::move(q), 0};
  const ScaledDictionary &a = problem.dictionary_u, &b = problem.dictionary_v;
  const Factor g = product(q, a.matrix, b.matrix);
  // An entry of G is a sum over rows of sums over columns, so that its error is at most
  // gamma_(rows + columns) of the same product of magnitudes, whatever the order of the sums; 16
  // units are for the entries of two bases. The 2-norm is at most that of Frobenius.
  std::vector<double> sizes = gradient;
  for (double& x : sizes) x = std::abs(x);
  const Factor size = product(Sparse(problem, sizes), a.given() ? a.magnitude() : Factor(),
                              b.given() ? b.magnitude() : Factor());
  const double operations = static_cast<double>(problem.rows + problem.columns) + 24;
  const double margin = rounded_up(Real{1.01L} * gamma(operations) * size.norm() + 1e-290L);
  return {Sparse(g), margin};
}

}  // namespace hadal::verify
