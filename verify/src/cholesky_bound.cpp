#include "cholesky_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rounding.hpp"

extern "C" void dpotrf_(const char* triangle, const int* n, double* a, const int* leading,
                        int* info);

namespace hadal::verify {
namespace {

/// G = Q Q^T (lower triangle) with Q given by its short side's lines and its long side's lines.
Matrix gram_of(const Sparse::Lines& lines, const Sparse::Lines& crossing) {
  const Index n = lines.lines();
  Matrix gram = Matrix::Zero(n, n);
#pragma omp parallel for schedule(dynamic, 8)
  for (Index i = 0; i < n; ++i) {
    auto column = gram.col(i);
    for (Index k = lines.start[static_cast<std::size_t>(i)];
         k < lines.start[static_cast<std::size_t>(i) + 1]; ++k) {
      const double q = lines.value[static_cast<std::size_t>(k)];
      const auto j = static_cast<std::size_t>(lines.index[static_cast<std::size_t>(k)]);
      const Index begin = crossing.start[j];
      const Index end = crossing.start[j + 1];
      if (end - begin == n) {
        column.tail(n - i) += q * Eigen::Map<const Vector>(
                                      &crossing.value[static_cast<std::size_t>(begin + i)], n - i);
        continue;
      }
      const auto first = std::lower_bound(crossing.index.begin() + begin,
                                          crossing.index.begin() + end, static_cast<int>(i));
      for (Index l = first - crossing.index.begin(); l < end; ++l)
        column[crossing.index[static_cast<std::size_t>(l)]] +=
            q * crossing.value[static_cast<std::size_t>(l)];
    }
  }
  return gram;
}

Sparse::Lines absolute(Sparse::Lines lines) {
  for (double& value : lines.value) value = std::abs(value);
  return lines;
}

void scale(Sparse::Lines& lines, int exponent) {
  for (double& value : lines.value) value = std::ldexp(value, -exponent);
}

}  // namespace

CholeskyBound::CholeskyBound(const Sparse& q) {
  Sparse::Lines lines = q.by_rows();
  Sparse::Lines crossing = q.by_columns();
  if (q.columns() < q.rows()) std::swap(lines, crossing);
  double largest = 0;
  for (const double value : lines.value) largest = std::max(largest, std::abs(value));
  if (largest > 0) std::frexp(largest, &exponent_);
  scale(lines, exponent_);
  scale(crossing, exponent_);
  gram_ = gram_of(lines, crossing);

  // Every element is a sum of at most L products, so |error| <= gamma_L |Q| |Q|^T element by
  // element, and the norm of that symmetric matrix is at most its largest row sum. Values that the
  // scaling made vanish were below 2^-1022 beside one of magnitude one.
  Index longest = 0;
  for (std::size_t i = 1; i < lines.start.size(); ++i)
    longest = std::max(longest, lines.start[i] - lines.start[i - 1]);
  const Vector row_sums =
      absolute(lines).times(absolute(crossing).times(Vector::Ones(lines.lines()).eval()));
  const double largest_sum = row_sums.size() ? row_sums.maxCoeff() : 0.0;
  gram_margin_ = 1.01 * gamma(static_cast<double>(longest) + 2) * largest_sum + 1e-290;
}

/// How much t may have to stay below w^2 for a completed factorisation of M = fl(t I - G) to prove
/// w^2 I - Q Q^T >= 0.
///
/// - Cholesky: if it completes, M + dM = L L^T with |dM| <= gamma_k |L| |L^T|, for sums in any
///   order (Higham, theorem 10.3). k = n + 1 with divisions; optimised libraries multiply by
///   rounded reciprocals, hence k = n + 4 here, and twice that for good measure. The rows of L have
///   squared norms <= M_ii / (1 - gamma_k), so ||dM||_2 <= gamma_k / (1 - gamma_k) trace(M), and
///   trace(M) <= n w^2 because G_ii >= 0. So M >= -f I with f that number.
/// - Diagonal: |M_ii - (t - G_ii)| <= u w^2 when M_ii >= 0, and t = fl(fl(w^2) - c) is rounded
///   twice, u w^2 each.
/// - Gram matrix: Q Q^T <= G + gram_margin.
/// Together Q Q^T <= t + f + 3 u w^2 + gram_margin <= w^2 if c >= f + 4 u w^2 + gram_margin.
double CholeskyBound::allowance(double w) const {
  const auto n = static_cast<double>(gram_.rows());
  const double g = gamma(2 * (n + 4));
  return 1.01 * ((n * g / (1 - g) + 4 * unit) * w * w + gram_margin_);
}

bool CholeskyBound::proves_scaled(double w) const {
  const double t = w * w - allowance(w);
  if (!(t > 0) || !std::isfinite(t)) return false;
  Matrix m = -gram_;
  m.diagonal().array() += t;
  if (!(m.diagonal().minCoeff() > 0)) return false;
  const int n = static_cast<int>(m.rows());
  int info = 0;
  dpotrf_("L", &n, m.data(), &n, &info);
  // A NaN on the diagonal would mean that some pivot was not seen to be positive.
  return info == 0 && m.diagonal().allFinite() && m.diagonal().minCoeff() > 0;
}

bool CholeskyBound::proves(double w) const {
  // Scaled down, w may lose bits to underflow only where it is far below Q; round it down there.
  const double scaled = std::ldexp(w, -exponent_);
  if (scaled < std::numeric_limits<double>::min()) return gram_.isZero(0) && w >= 0;
  return proves_scaled(scaled);
}

double CholeskyBound::bound(double search, const std::function<bool(double)>& enough) const {
  if (gram_.size() == 0 || gram_.diagonal().maxCoeff() == 0) return 0;
  const double start = std::ldexp(search, -exponent_);
  const auto unscaled = [&](double excess) { return std::ldexp(start * (1 + excess), exponent_); };
  double failed = 0;
  double excess = 0.55 * allowance(start) / (start * start) + 4 * unit;
  while (!proves_scaled(start * (1 + excess))) {
    failed = excess;
    excess *= 4;
  }
  constexpr int halvings = 8;
  for (int i = 0; i < halvings && failed > 0 && !enough(unscaled(excess)); ++i) {
    const double middle = std::sqrt(failed * excess);
    (proves_scaled(start * (1 + middle)) ? excess : failed) = middle;
  }
  return unscaled(excess);
}

}  // namespace hadal::verify
