#include "hadal/certify/pair_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hadal {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

/// max of <Q, u v^T> over ||u||_2 <= 1 for the v that picks one column (or row) of Q with either
/// sign.
double longest_line(const Vector& positive, const Vector& negative, bool line_nonnegative,
                    bool pick_nonnegative, double terms) {
  double most = 0;
  for (Index k = 0; k < positive.size(); ++k) {
    const double square = !line_nonnegative  ? positive[k] + negative[k]
                          : pick_nonnegative ? positive[k]
                                             : std::max(positive[k], negative[k]);
    most = std::max(most, square);
  }
  return std::sqrt(most) * (1 + (terms + 8) * eps);
}

}  // namespace

LineSquares line_squares(const ObservedPattern& pattern, const Vector& q) {
  LineSquares lines;
  lines.row_positive = lines.row_negative = Vector::Zero(pattern.rows());
  lines.column_positive = lines.column_negative = Vector::Zero(pattern.columns());
  lines.terms = static_cast<double>(std::max(pattern.rows(), pattern.columns()));
  pattern.for_each([&](Index k, Index i, Index j) {
    const double square = q[k] * q[k];
    (q[k] > 0 ? lines.row_positive : lines.row_negative)[i] += square;
    (q[k] > 0 ? lines.column_positive : lines.column_negative)[j] += square;
    lines.largest = std::max(lines.largest, std::abs(q[k]));
  });
  return lines;
}

double pair_bound(const FactorNorm& u, const FactorNorm& v, const LineSquares& lines,
                  double sigma) {
  constexpr double negligible = 1e-100;  // squares of anything smaller would vanish
  if (!(lines.largest > 0)) return 0;
  if (lines.largest < negligible) return sigma / ((u.l1 + u.l2) * (v.l1 + v.l2)) * (1 + 8 * eps);
  double share = 0;  // of the penalty that a unit of <Q, u v^T> costs at the least
  const auto charge = [&](double weight, double dual) {
    if (weight > 0) share += weight / dual;
  };
  charge(u.l2 * v.l2, sigma);
  charge(u.l2 * v.l1, longest_line(lines.column_positive, lines.column_negative, u.nonnegative,
                                   v.nonnegative, lines.terms));
  charge(u.l1 * v.l2, longest_line(lines.row_positive, lines.row_negative, v.nonnegative,
                                   u.nonnegative, lines.terms));
  charge(u.l1 * v.l1, lines.largest);
  return 1 / share * (1 + 16 * eps);
}

}  // namespace hadal
