#include "hadal/model/categories.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {

Index find_category(const std::vector<std::int64_t>& categories, double value) {
  const auto at = std::lower_bound(
      categories.begin(), categories.end(), value,
      [](std::int64_t category, double given) { return static_cast<double>(category) < given; });
  const bool found = at != categories.end() && static_cast<double>(*at) == value;
  return found ? at - categories.begin() : -1;
}

Vector softmax(const Vector& scores) {
  const Vector p = (scores.array() - scores.maxCoeff()).exp();
  return p / p.sum();
}

double category_loss(const Vector& scores, Index c) {
  Index top = 0;
  const double largest = scores.maxCoeff(&top);
  double others = 0;
  for (Index b = 0; b < scores.size(); ++b)
    if (b != top) others += std::exp(scores[b] - largest);
  return (largest - scores[c]) + std::log1p(others);
}

}  // namespace hadal
