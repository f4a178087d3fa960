#include "categories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hadal/error.hpp"

namespace hadal::verify {
namespace {

/// exp(z_b - largest) in extended precision, and sums over all but the place of the largest.
struct Exponentials {
  explicit Exponentials(const std::vector<double>& scores)
      : top(static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) -
                                     scores.begin())) {
    for (std::size_t b = 0; b < scores.size(); ++b) {
      const Real below = Real{scores[top]} - scores[b];
      const Real value = b == top ? Real{1} : std::exp(-below);
      size.push_back(value);
      if (b == top) continue;
      others += value;
      roundings += value * (below + 16);
    }
    roundings += static_cast<Real>(scores.size()) * others;
  }

  std::size_t top;
  std::vector<Real> size;
  Real others = 0;
  /// The error of `others`, in units of extended precision: the exponent is rounded relative to
  /// itself, the exponential by a few units, and there are as many additions as scores.
  Real roundings = 0;
};

/// Whatever R is, its conjugate is finite only where p = e_c - s R / w is in the simplex: R must
/// sum to zero without any rounding, and -R_b >= 0 elsewhere, R_c <= w keep p >= 0 for s in 0 .. 1.
///
/// All of R but R_c are taken down to multiples of q, a power of two such that their sum is below
/// 2^52 q; every partial sum is then a multiple of q below 2^53 q, which a double holds exactly. In
/// extended precision p is off by less than 1e-17 for each of at most 100 categories, so that the
/// sum of p over the others is below 1 + 1e-14: `inside` outweighs that and the last roundings.
std::vector<double> exact_residual(const Exponentials& exponentials, std::size_t chosen,
                                   double weight) {
  constexpr Real inside = 1 - 0x1p-44L;
  const Real total = 1 + exponentials.others;
  std::vector<double> residual;
  double about = 0;
  for (std::size_t b = 0; b < exponentials.size.size(); ++b) {
    const Real p = exponentials.size[b] / total;
    residual.push_back(b == chosen ? 0 : static_cast<double>(inside * weight * p));
    about += residual.back();
  }
  // What is so small is left out: R = 0 is as good a dual point. So are scores that are not finite.
  const bool usable = about > 1e-280 && std::isfinite(about);
  int exponent = 0;
  if (usable) std::frexp(about, &exponent);
  double sum = 0;
  for (std::size_t b = 0; b < residual.size(); ++b) {
    if (b == chosen) continue;
    const double multiple = usable ? std::floor(std::ldexp(residual[b], 51 - exponent)) : 0;
    const double part = std::ldexp(multiple, exponent - 51);
    residual[b] = part > 0 ? -part : 0;
    sum += part;
  }
  residual[chosen] = sum;
  return residual;
}

}  // namespace

/// The loss has the gradient p - e_c, and a Hessian diag(p) - p p^T <= I / 2 (its rows' absolute
/// sums are 2 p_b (1 - p_b)). So scores that are off by m_b change it by at most
///   sum |p_b - [b = c]| m_b + sum m_b^2 / 4.
CategoryEntry category_entry(const std::vector<double>& scores, const std::vector<Real>& margins,
                             std::size_t chosen, double weight) {
  const Exponentials exponentials(scores);
  const Real total = 1 + exponentials.others;
  CategoryEntry entry;
  entry.loss = (Real{scores[exponentials.top]} - scores[chosen]) + std::log1p(exponentials.others);
  // log1p turns an error of its argument into one that is no larger.
  entry.loss_margin = wide_unit * (16 * entry.loss + exponentials.roundings);
  for (std::size_t b = 0; b < scores.size(); ++b) {
    const Real p = exponentials.size[b] / total, m = margins[b];
    const Real slope = b == chosen ? -std::expm1(-entry.loss) : p;  // 1 - p_c and p_b
    entry.loss_margin += slope * m + m * m / 4;
  }
  entry.residual = exact_residual(exponentials, chosen, weight);
  return entry;
}

void require_count_of_categories(LossKind loss, std::size_t count) {
  constexpr std::size_t least = 2, most = 100;  // see exact_residual
  if (loss != LossKind::multinomial) {
    if (count > 0)
      throw ModelError("the model has categories, expected none without the multinomial loss");
    return;
  }
  if (count < least || count > most)
    throw ModelError(
        fmt::format("the model has {} categories, expected {} to {}", count, least, most));
}

}  // namespace hadal::verify
