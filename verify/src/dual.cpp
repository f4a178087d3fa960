#include "dual.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace hadal::verify {
namespace {

/// -x log x, 0 at 0.
Real entropy(Real x) { return x > 0 ? -x * std::log(x) : Real{0}; }

/// The least value of a concave function over x - off .. x + off, as far as x >= 0: it is at an
/// end.
template <class F>
Real least(const F& concave, Real x, Real off) {
  return std::min(concave(std::max(Real{0}, x - off)), concave(std::max(Real{0}, x + off)));
}

}  // namespace

Real ParabolicDual::lower_bound(Real s) const {
  const Real value = s * linear - s * s * curvature / 2;
  const Real evaluation = 8 * wide_unit * (s * std::abs(linear) + s * s * curvature);
  return value - s * linear_margin - evaluation;
}

double ParabolicDual::best_scale(double largest) const {
  if (curvature <= 0) return largest;
  return static_cast<double>(std::clamp(linear / curvature, Real{0}, Real{largest}));
}

EntropicDual::EntropicDual(const Problem& problem, std::vector<double> residual,
                           Real offset_curvature)
    : problem_(problem), residual_(std::move(residual)), offset_curvature_(offset_curvature) {
  for (std::size_t i = 1; i < problem.row_start.size(); ++i)
    longest_row_ = std::max(longest_row_, problem.row_start[i] - problem.row_start[i - 1]);
}

/// Row by row and then over the rows, so that few additions come one after the other.
template <class Sum, class Each>
Sum EntropicDual::by_rows(const Each& each) const {
  std::vector<Sum> rows(static_cast<std::size_t>(problem_.rows));
#pragma omp parallel for schedule(dynamic, 64)
  for (Index i = 0; i < problem_.rows; ++i)
    for (Index k = problem_.row_start[static_cast<std::size_t>(i)];
         k < problem_.row_start[static_cast<std::size_t>(i) + 1]; ++k)
      each(k, rows[static_cast<std::size_t>(i)]);
  Sum all{};
  for (const Sum& row : rows) {
    if constexpr (std::is_same_v<Sum, Term>) {
      all.value += row.value;
      all.size += row.size;
    } else {
      all += row;
    }
  }
  return all;
}

/// With f = R / w the force: for the logistic loss t = s f y in 0 .. 1 and the entropies of t and
/// 1 - t; for the multinomial loss the entropy of p = y - s f, which sums to one over the scores of
/// an entry because f sums to zero; for the Poisson loss b = y - s f >= 0 and b - b log b - (y - y
/// log y). Their arguments are off by a few units of extended precision, which `least` covers.
EntropicDual::Term EntropicDual::term(Index k, Real s) const {
  const Real w = problem_.w(k), y = problem_.y[static_cast<std::size_t>(k)];
  const Real pull = s * (residual_[static_cast<std::size_t>(k)] / w);
  if (problem_.loss == LossKind::logistic) {
    const Real t = pull * y, off = 4 * wide_unit;
    const Real value = least(entropy, t, off * t) + least(entropy, 1 - t, off);
    return {w * value, w * (std::abs(value) + 1)};
  }
  if (problem_.loss == LossKind::multinomial) {
    const Real p = y - pull, off = 4 * wide_unit * (y + std::abs(pull));
    return {w * least(entropy, p, off), w * (std::abs(entropy(p)) + std::abs(p))};
  }
  const auto part = [](Real b) { return b + entropy(b); };
  const Real b = y - pull, off = 4 * wide_unit * (y + std::abs(pull));
  const Real at_b = least(part, b, off), at_y = part(y);
  const Real size = std::abs(entropy(b)) + std::abs(b) + std::abs(entropy(y)) + y;
  return {w * (at_b - at_y), w * size};
}

Real EntropicDual::lower_bound(Real s) const {
  const Term sum = by_rows<Term>([&](Index k, Term& row) {
    const Term one = term(k, s);
    row.value += one.value;
    row.size += one.size;
  });
  const Real operations = static_cast<Real>(longest_row_ + problem_.rows) + 16;
  // No loss is negative, so that 0 is a bound as well.
  const Real offsets = s * s * offset_curvature_ / 2 * (1 + 8 * wide_unit);
  return std::max(Real{0}, sum.value - 2 * wide_gamma(operations) * sum.size - offsets);
}

/// The derivative of `term`; of the multinomial loss less f, which sums to zero.
Real EntropicDual::slope(Index k, Real s) const {
  const Real w = problem_.w(k), y = problem_.y[static_cast<std::size_t>(k)];
  const Real force = residual_[static_cast<std::size_t>(k)] / w;
  if (force == 0) return 0;
  if (problem_.loss == LossKind::logistic) {
    const Real p = force * y, t = s * p;
    return w * p * (std::log1p(-t) - std::log(t));
  }
  return w * force * std::log(y - s * force);
}

double EntropicDual::best_scale(double largest) const {
  const auto rises = [&](double s) {
    return by_rows<Real>([&](Index k, Real& row) { row += slope(k, s); }) - s * offset_curvature_ >=
           0;
  };
  if (rises(largest)) return largest;
  double low = 0, high = largest;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    (rises(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace hadal::verify
