#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <vector>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// What one fold says at one point of the path.
struct FoldPoint {
  Index size = 0;
  double objective = 0;
  double relative_gap = 0;
  double held_out_error = 0;  ///< root mean squared error on what the fold holds out
  bool interrupted = false;
};

/// A fold goes down its own path of lambda with warm starts: ratios come in decreasing order, each
/// relative to the fold's own lambda_max.
template <class F>
concept Fold = requires(F& fold, double ratio) {
  { fold.fit(ratio) } -> std::same_as<FoldPoint>;
};

struct CrossValidation {
  std::vector<PathPoint> path;  ///< lambda holds the ratio; figures are means over the folds
  std::vector<double> ratios;
  std::size_t best = 0;    ///< smallest mean held-out error
  std::size_t chosen = 0;  ///< best, or the first within one standard error of it
  bool interrupted = false;
};

/// Geometric path of ratios from 0.8 downwards, 20 % a step.
std::vector<double> default_ratios();

/// Mean and standard error over the folds of every figure.
PathPoint average(double ratio, const std::vector<FoldPoint>& points);

/// Index of the smallest error, and of the first (largest lambda) within one standard error of it.
void choose(CrossValidation& cv, bool one_standard_error);

/// Fits every fold at every ratio, largest first, until the mean held-out error has not improved
/// for `patience` points: smaller lambda then only costs time. `advance(step)` is called before
/// each.
template <Fold F>
CrossValidation cross_validate(std::vector<std::unique_ptr<F>>& folds,
                               const std::vector<double>& ratios, bool one_standard_error,
                               const std::function<void(int step)>& advance) {
  constexpr std::size_t patience = 3;
  CrossValidation cv;
  for (const double ratio : ratios) {
    std::vector<FoldPoint> points;
    for (auto& fold : folds) {
      advance(static_cast<int>(cv.path.size() * folds.size() + points.size()));
      points.push_back(fold->fit(ratio));
      cv.interrupted = cv.interrupted || points.back().interrupted;
      if (cv.interrupted) break;
    }
    cv.path.push_back(average(ratio, points));
    cv.ratios.push_back(ratio);
    choose(cv, one_standard_error);
    if (cv.interrupted || cv.path.size() > cv.best + patience) break;
  }
  return cv;
}

}  // namespace hadal
