#pragma once

#include <vector>

#include "problem.hpp"
#include "rounding.hpp"

/// Losses of categories, several scores z_c of which make one entry.
namespace hadal::verify {

/// What a group of scores says where each is known to within its margin.
struct CategoryEntry {
  Real loss = 0;         ///< log(sum_b exp(z_b)) - z_c
  Real loss_margin = 0;  ///< >= |loss as computed - loss exactly|
  /// R = w (e_c - p), p = softmax(z), as doubles that sum to zero **exactly**, none of them larger
  /// than w, and that of the chosen category alone not negative.
  std::vector<double> residual;
};

/// chosen: c, the place of the category that was observed. At most 100 scores.
CategoryEntry category_entry(const std::vector<double>& scores, const std::vector<Real>& margins,
                             std::size_t chosen, double weight);

/// Throws ModelError unless the multinomial loss has 2 to 100 categories, any other none.
void require_count_of_categories(LossKind loss, std::size_t count);

}  // namespace hadal::verify
