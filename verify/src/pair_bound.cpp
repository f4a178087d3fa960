#include "pair_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

/// max <Q, u v^T> over ||x||_2 <= 1 for the factor along the lines and ||y||_1 <= 1 for the one
/// that picks a line, each >= 0 or of either sign; rounded up.
double longest(const Vector& positive, const Vector& negative, const FactorNorm& along,
               const FactorNorm& picks, double terms) {
  double square = 0;
  for (Index k = 0; k < positive.size(); ++k) {
    if (!along.nonnegative)
      square = std::max(square, positive[k] + negative[k]);
    else
      square = std::max({square, positive[k], picks.nonnegative ? 0.0 : negative[k]});
  }
  return rounded_up(std::sqrt(Real{square} * (1 + gamma(terms + 4))) * (1 + 4 * wide_unit));
}

}  // namespace

Lengths lengths_of(const Sparse& q) {
  Lengths lengths;
  lengths.terms = static_cast<double>(q.longest_line());
  lengths.row_positive = lengths.row_negative = Vector::Zero(q.rows());
  lengths.column_positive = lengths.column_negative = Vector::Zero(q.columns());
  const Sparse::Lines& lines = q.by_rows();
  for (Index i = 0; i < lines.lines(); ++i) {
    for (Index k = lines.start[static_cast<std::size_t>(i)];
         k < lines.start[static_cast<std::size_t>(i) + 1]; ++k) {
      const double x = lines.value[static_cast<std::size_t>(k)];
      const Index j = lines.index[static_cast<std::size_t>(k)];
      (x > 0 ? lengths.row_positive : lengths.row_negative)[i] += x * x;
      (x > 0 ? lengths.column_positive : lengths.column_negative)[j] += x * x;
      lengths.largest = std::max(lengths.largest, std::abs(x));
    }
  }
  return lengths;
}

double bound_from_pairs(const FactorNorm& u, const FactorNorm& v, const Lengths& lengths,
                        double sigma) {
  // Squares of anything smaller would vanish.
  constexpr double negligible = 1e-100;
  if (!(lengths.largest > 0)) return 0;
  if (lengths.largest < negligible)
    return rounded_up(sigma / ((Real{u.l1} + u.l2) * (Real{v.l1} + v.l2)) * (1 + 8 * wide_unit));
  Real cost = 0;
  const auto pair = [&](double row, double column, double dual) {
    if (row * column > 0)
      cost += dual > 0 ? Real{row} * column / dual : std::numeric_limits<Real>::infinity();
  };
  pair(u.l2, v.l2, sigma);
  pair(u.l2, v.l1, longest(lengths.column_positive, lengths.column_negative, u, v, lengths.terms));
  pair(u.l1, v.l2, longest(lengths.row_positive, lengths.row_negative, v, u, lengths.terms));
  pair(u.l1, v.l1, lengths.largest);
  return rounded_up(1 / cost * (1 + 32 * wide_unit));
}

}  // namespace hadal::verify
