#pragma once

#include <algorithm>
#include <vector>

#include "figures.hpp"
#include "problem.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// Sums over the entries of one row (and, added up, of all).
struct RowSums {
  Real loss = 0, loss_margin = 0;
  Real error = 0, error_margin = 0;  ///< squared errors, or losses, unweighted
  Real linear = 0, linear_size = 0;  ///< the second: the same sum over absolute values
  Real linear_margin = 0;            ///< for the rounding of its terms
  Real square = 0;                   ///< sum of R^2 / w
  Real total = 0, total_size = 0;    ///< of R and of |R|
  Real prediction_margin = 0;

  void add(const RowSums& other) {
    loss += other.loss;
    loss_margin += other.loss_margin;
    error += other.error;
    error_margin += other.error_margin;
    linear += other.linear;
    linear_size += other.linear_size;
    linear_margin += other.linear_margin;
    square += other.square;
    total += other.total;
    total_size += other.total_size;
    prediction_margin = std::max(prediction_margin, other.prediction_margin);
  }
};

/// Figures from entries that are seen once each, in whatever way they are read.
class FigureSums {
 public:
  /// entries: how many will be seen. The problem must outlive the object and its figures.
  FigureSums(const Problem& problem, Index entries);

  /// Adds entry (i, j) with value y, weight w and low-rank part `low_rank`, a scaled sum of
  /// products in whatever order; returns R there. Entries of different rows may be added at once.
  double add(Index i, Index j, double y, double w, double low_rank);

  /// The same for the scores of one entry of the multinomial loss, those in columns j, j + 1 and so
  /// on: low_rank holds one for each category, and `chosen` is the place of the one that was
  /// observed.
  std::vector<double> add_categories(Index i, Index j, std::size_t chosen, double w,
                                     const std::vector<double>& low_rank);

  /// residual, gradient: of all entries, where they are kept.
  Figures finish(std::vector<double> residual, std::vector<double> gradient);

 private:
  double inside_domain(double residual) const;
  double prediction_operations() const;
  Real low_rank_margin(Index i, Index j) const;
  void objective();
  Real penalty() const;
  void dual();
  Real free_offset_curvature() const;
  Real summation() const;
  Real vanished() const;

  const Problem& problem_;
  Index entries_;
  bool in_data_units_ = predicts_in_data_units(problem_.loss);
  /// Of each row of the factors A u and B v, bounds on the sums of the products' magnitudes.
  Vector left_size_, right_size_;
  std::vector<RowSums> row_sums_;
  RowSums all_;
  Figures figures_;
};

}  // namespace hadal::verify
