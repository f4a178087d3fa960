#include "hadal/solve/cross_validation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace hadal {

std::vector<double> default_ratios() {
  std::vector<double> ratios;
  for (double ratio = 0.5; ratio > 1e-4; ratio /= 2) ratios.push_back(ratio);
  return ratios;
}

PathPoint average(double ratio, const std::vector<FoldPoint>& points) {
  const double n = static_cast<double>(points.size());
  PathPoint mean;
  mean.lambda = ratio;
  double size = 0;
  for (const FoldPoint& point : points) {
    size += static_cast<double>(point.size) / n;
    mean.objective += point.objective / n;
    mean.relative_gap = std::max(mean.relative_gap, point.relative_gap);
    mean.validation_error += point.held_out_error / n;
  }
  mean.size = static_cast<Index>(std::lround(size));
  double squares = 0;
  for (const FoldPoint& point : points) {
    squares += std::pow(point.held_out_error - mean.validation_error, 2);
  }
  mean.validation_standard_error =
      n > 1 ? std::sqrt(squares / (n - 1) / n) : std::numeric_limits<double>::quiet_NaN();
  return mean;
}

void choose(CrossValidation& cv, bool one_standard_error) {
  constexpr double tied = 2e-5;
  const bool all = std::all_of(cv.overfits.begin(), cv.overfits.end(), std::identity());
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < cv.path.size(); ++k)
    if (all || !cv.overfits[k]) least = std::min(least, cv.path[k].validation_error);
  cv.best = 0;
  while ((!all && cv.overfits[cv.best]) ||
         cv.path[cv.best].validation_error > least + tied * std::abs(least))
    ++cv.best;
  cv.chosen = cv.best;
  const PathPoint& best = cv.path[cv.best];
  const Index parts = cv.parts_kept[cv.best];
  const double limit = best.validation_error + best.validation_standard_error;
  for (std::size_t k = 0; k < cv.best; ++k) {
    const bool same_parts = parts > 0 && cv.parts_kept[k] == parts;
    if ((one_standard_error || same_parts) && cv.path[k].validation_error <= limit) {
      cv.chosen = k;
      return;
    }
  }
}

Index median_parts_kept(std::vector<FoldPoint> points) {
  const auto middle = points.begin() + static_cast<std::ptrdiff_t>(points.size() / 2);
  std::nth_element(
      points.begin(), middle, points.end(),
      [](const FoldPoint& a, const FoldPoint& b) { return a.parts_kept < b.parts_kept; });
  return middle->parts_kept;
}

bool most_overfit(const std::vector<FoldPoint>& points) {
  const auto count = std::count_if(points.begin(), points.end(),
                                   [](const FoldPoint& point) { return point.overfits; });
  return 2 * count > static_cast<std::ptrdiff_t>(points.size());
}

double mean_empty_error(const std::vector<FoldPoint>& points) {
  double mean = 0;
  for (const FoldPoint& p : points) mean += p.empty_error / static_cast<double>(points.size());
  return mean;
}

bool beats_nothing(const std::vector<FoldPoint>& points) {
  const double n = static_cast<double>(points.size());
  double mean = 0, squares = 0;
  for (const FoldPoint& p : points) mean += (p.empty_error - p.held_out_error) / n;
  for (const FoldPoint& p : points) squares += std::pow(p.empty_error - p.held_out_error - mean, 2);
  return n > 1 && mean > 2 * std::sqrt(squares / (n - 1) / n);
}

bool promising(const CrossValidation& cv, Plateau plateau) {
  constexpr double worthwhile = 0.005, noticeable = 0.05;
  const std::size_t points = cv.path.size();
  if (cv.overfits.back()) return false;
  if (points < 4 && !cv.useful) return true;
  const auto error = [&](std::size_t k) {  // the first: of lambda_max
    return k > 0 ? cv.path[k - 1].validation_error : cv.empty_error;
  };
  const auto gains = [&](std::size_t k) {
    const double gain = error(k - 1) - error(k);
    return gain > worthwhile * error(k - 1) ||
           (cv.useful && gain > noticeable * (cv.empty_error - error(k)));
  };
  if (gains(points)) return cv.best + 1 == points;
  if (plateau == Plateau::is_the_end) return false;
  const bool loses = error(points) - error(points - 1) > worthwhile * error(points - 1);
  return !loses && gains(points - 1);
}

}  // namespace hadal
