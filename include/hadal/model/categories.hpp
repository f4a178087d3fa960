#pragma once

#include <cstdint>
#include <vector>

#include "hadal/types.hpp"

/// The multinomial (softmax) loss: an entry is one of C categories, and has a score z_c for each,
/// with which its probabilities are p_c = exp(z_c) / sum_b exp(z_b).
namespace hadal {

/// Each column of the data becomes as many columns of scores, and what a fit does in double
/// precision counts on at most so many (see MultinomialLoss).
inline constexpr Index categories_min = 2, categories_max = 100;

/// Which of the categories, in increasing order, a value is; -1 where it is none.
Index find_category(const std::vector<std::int64_t>& categories, double value);

/// p of these scores. Precondition: at least one score, all finite.
Vector softmax(const Vector& scores);

/// -log p_c, at least 0: without overflow, and without cancellation where p_c is almost 1.
double category_loss(const Vector& scores, Index c);

}  // namespace hadal
