#include "hadal/dropout/support_norm.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace hadal::dropout {

double squared_largest(const Vector& x, Index k) {
  return x.head(std::min(k, x.size())).squaredNorm();
}

/// Proposition 2.1 of Argyriou et al.: the head keeps its values, all of the rest get their sum
/// over r + 1, for the one r where that lies between the last of the head and the first of the
/// rest.
Vector support_dual(const Vector& x, Index k) {
  k = std::min(k, x.size());
  Vector g = x;
  if (k == 0) return g;
  double rest = x.tail(x.size() - k).sum();
  for (Index r = 0; r < k; ++r) {
    const Index head = k - 1 - r;
    rest += x[head];
    const double mean = rest / static_cast<double>(r + 1);
    // The last r is the one where rounding has hidden it.
    if (r + 1 < k && (x[head - 1] <= mean || mean < x[head])) continue;
    g.tail(x.size() - head).setConstant(mean);
    break;
  }
  return g;
}

double squared_support_norm(const Vector& x, Index k) {
  const Vector g = support_dual(x, k);
  const double dual = squared_largest(g, k), inner = g.dot(x);
  return dual > 0 ? inner / dual * inner : 0;
}

namespace {

/// sum_i min(1, strength (s_i / t - 1)_+), which falls with t.
double used(const Vector& s, double strength, double t) {
  double sum = 0;
  for (const double value : s) sum += std::clamp(strength * (value / t - 1), 0.0, 1.0);
  return sum;
}

/// The t where `used` is k. Between two breakpoints it is a + b / t.
double threshold_of(const Vector& s, double strength, Index k) {
  const double kept = strength / (1 + strength);
  std::vector<double> breakpoints;
  for (const double value : s) {
    if (value <= 0) break;
    breakpoints.push_back(value);
    breakpoints.push_back(value * kept);
  }
  std::ranges::sort(breakpoints);
  const auto wanted = static_cast<double>(k);
  // The first breakpoint where too little is used: t lies just below it.
  const auto above = std::ranges::partition_point(
      breakpoints, [&](double t) { return used(s, strength, t) >= wanted; });
  const double high = above == breakpoints.end() ? breakpoints.back() : *above;
  const double low = above == breakpoints.begin() ? 0 : *(above - 1);
  const double middle = (low + high) / 2;
  double whole = 0, count = 0, sum = 0;
  for (const double value : s) {
    if (value * kept >= middle) {
      ++whole;
    } else if (value > middle) {
      ++count;
      sum += value;
    }
  }
  return count > 0 ? strength * sum / (wanted - whole + strength * count) : high;
}

}  // namespace

SupportShrinkage shrink(const Vector& s, double strength, Index k) {
  SupportShrinkage result;
  const double kept = strength / (1 + strength);
  const Index positive = (s.array() > 0).count();
  result.dual = kept * s;
  if (strength > 0 && positive > k) {
    result.threshold = threshold_of(s, strength, k);
    for (Index i = 0; i < s.size(); ++i)
      result.dual[i] = std::max(kept * s[i], std::min(s[i], result.threshold));
  }
  result.values = s - result.dual;
  result.support = (result.values.array() > 0).count();
  return result;
}

long double explained_at_most(const Vector& s, const Vector& e, double strength, Index k) {
  long double kept = 0, largest = 0;
  for (Index i = 0; i < s.size(); ++i) {
    const long double rest = static_cast<long double>(s[i]) - e[i];
    kept += rest * rest;
    if (i < k) largest += static_cast<long double>(e[i]) * e[i];
  }
  if (largest > 0) kept += largest / static_cast<long double>(strength);
  // n + 3 roundings of non-negative terms.
  const long double unit = std::numeric_limits<long double>::epsilon();
  return kept * (1 + unit * static_cast<long double>(s.size() + 4));
}

}  // namespace hadal::dropout
