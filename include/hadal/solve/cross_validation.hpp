#pragma once

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "hadal/model/trace.hpp"

namespace hadal {

/// What one fold says at one point of the path.
struct FoldPoint {
  Index size = 0;
  double objective = 0;
  double relative_gap = 0;
  double held_out_error = 0;  ///< mean error on what the fold holds out
  double empty_error = 0;     ///< that of a model without any atom
  Index parts_kept = 0;       ///< by the refit that is judged; 0: the fit itself is
  bool overfits = false;      ///< it was ended early, where growing only fitted noise
  bool interrupted = false;
};

/// One fold's fits along a path of lambda, which may start from those that it made before. Ratios
/// are relative to the fold's own lambda_max.
template <class F>
concept Fold = requires(F& fold, double ratio) {
  { fold.fit(ratio) } -> std::same_as<FoldPoint>;
};

struct CrossValidation {
  /// By decreasing lambda, which holds the ratio; figures are means over the folds.
  std::vector<PathPoint> path;
  std::vector<Index> parts_kept;  ///< at each point, the median over the folds
  std::vector<bool> overfits;     ///< at each point, more than half of the folds
  std::size_t best = 0;           ///< smallest mean held-out error, ties to the larger lambda
  std::size_t chosen = 0;         ///< see choose
  bool useful = false;            ///< some point predicts better than a model without atoms
  double empty_error = 0;         ///< mean error of a model without atoms
  bool interrupted = false;
};

/// Geometric path of ratios from one half downwards, each half of the one before.
std::vector<double> default_ratios();

/// The most fits that cross_validate makes: down the ratios, and half-way to two neighbours.
inline int fits_at_most(const std::vector<double>& ratios, std::size_t folds) {
  return static_cast<int>((ratios.size() + 2) * folds);
}

/// Mean and standard error over the folds of every figure.
PathPoint average(double ratio, const std::vector<FoldPoint>& points);

/// Sets best and chosen: the smallest error of the points that do not overfit (of all, if all do:
/// a fit that was ended early is not the one that would be made there), and that or the first
/// (largest lambda) within one standard error of it: of all points, if that is asked for; else of
/// those whose refits keep as many parts as the best point's, since smaller lambdas then only find
/// the same parts among more noise, in more time. Errors that agree to 2e-5 of themselves are tied,
/// and the largest lambda of them is the best: refits of the same atoms differ by no more than
/// where their search ended, which is not to decide which lambdas are looked at.
void choose(CrossValidation& cv, bool one_standard_error);

Index median_parts_kept(std::vector<FoldPoint> points);

/// Whether more than half of the folds do.
bool most_overfit(const std::vector<FoldPoint>& points);

double mean_empty_error(const std::vector<FoldPoint>& points);

/// Whether the folds predict better than without atoms, by more than two standard errors of their
/// mean gain.
bool beats_nothing(const std::vector<FoldPoint>& points);

/// What a point says of smaller lambda that is about as good as the one before. Low-rank parts come
/// in by their size, so that the error falls and then rises: that was the least. What few units
/// cannot fit many may, so that the error falls again behind a plateau.
enum class Plateau { is_the_end, is_crossed };

/// Whether smaller lambda still promises to predict better. Not where the last point overfits. Else
/// where it is the best one, and better than the one before (the first: than no atoms) by more than
/// half a per cent or by more than a twentieth of all that is gained over no atoms (where noise is
/// strong all of it is a small part of the error, and few atoms may gain little where many gain
/// much); where plateaus are crossed, and it is neither better nor worse by so much, but the one
/// before was better; or where there are up to three points of which none is useful: the first
/// atoms may be noise.
bool promising(const CrossValidation& cv, Plateau plateau);

/// Called before every fit of a fold with the number of fits started before; from any thread, one
/// call at a time.
using Advance = std::function<void(int step)>;

/// Fits all folds at a ratio, as many at a time as there are threads, and adds the point, unless
/// the fits were interrupted and there are others.
template <Fold F>
void fit_folds(std::vector<std::unique_ptr<F>>& folds, double ratio, const Advance& advance,
               CrossValidation& cv) {
  const int count = static_cast<int>(folds.size());
  const int threads = omp_get_max_threads(), outer = std::min(threads, count);
  const int started = static_cast<int>(cv.path.size()) * count;
  std::vector<FoldPoint> points(folds.size());
  std::exception_ptr failure;
  int next = 0;
  std::mutex mutex;
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(2);
#pragma omp parallel num_threads(outer)
  {
    omp_set_num_threads((threads + outer - 1) / outer);
#pragma omp for schedule(dynamic, 1)
    for (int k = 0; k < count; ++k) {
      try {
        {
          const std::lock_guard lock(mutex);
          advance(started + next++);
        }
        points[k] = folds[k]->fit(ratio);
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    }
  }
  omp_set_max_active_levels(levels);
  if (failure) std::rethrow_exception(failure);
  for (const FoldPoint& point : points) cv.interrupted = cv.interrupted || point.interrupted;
  if (cv.interrupted && !cv.path.empty()) return;  // what was cut short says nothing
  cv.useful = cv.useful || beats_nothing(points);
  cv.empty_error = mean_empty_error(points);
  const auto smaller = [&](const PathPoint& point) { return point.lambda < ratio; };
  const auto place = std::find_if(cv.path.begin(), cv.path.end(), smaller) - cv.path.begin();
  cv.path.insert(cv.path.begin() + place, average(ratio, points));
  cv.parts_kept.insert(cv.parts_kept.begin() + place, median_parts_kept(points));
  cv.overfits.insert(cv.overfits.begin() + place, most_overfit(points));
}

/// Goes down the ratios, largest first, as long as they are promising: smaller lambda then only
/// costs time. Then looks half-way (in the logarithm) to the neighbours of the best, of which the
/// first is lambda_max, where there are no atoms. Precondition: at least one ratio, at most 1.
template <Fold F>
CrossValidation cross_validate(std::vector<std::unique_ptr<F>>& folds,
                               const std::vector<double>& ratios, bool one_standard_error,
                               const Advance& advance, Plateau plateau = Plateau::is_the_end) {
  CrossValidation cv;
  const auto add = [&](double ratio) {
    fit_folds(folds, ratio, advance, cv);
    choose(cv, one_standard_error);
  };
  for (const double ratio : ratios) {
    add(ratio);
    if (cv.interrupted || !promising(cv, plateau)) break;
  }
  const double best = cv.path[cv.best].lambda;
  const double larger = cv.best > 0 ? cv.path[cv.best - 1].lambda : 1;
  const double smaller = cv.best + 1 < cv.path.size() ? cv.path[cv.best + 1].lambda : best;
  if (!cv.interrupted && larger > best) add(std::sqrt(best * larger));
  if (!cv.interrupted && smaller < best) add(std::sqrt(best * smaller));
  return cv;
}

}  // namespace hadal
