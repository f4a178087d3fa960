#pragma once

#include <string_view>

namespace hadal {

/// The loss of one entry y whose prediction, offset and low-rank part together, is z.
enum class LossKind {
  squared,   ///< (y - z)^2 / 2
  huber,     ///< e^2 / 2 for |e| <= d, else d |e| - d^2 / 2; e = y - z, d the threshold
  logistic,  ///< log(1 + exp(-y z)), y in {-1, 1} (0 in the data stands for -1)
  poisson,   ///< exp(z) - y z - (y - y log y), y >= 0: half the deviance from a mean of exp(z)
  /// log(sum_c exp(z_c)) - z_y of a category y with a score z_c for each
  /// (hadal/model/categories.hpp)
  multinomial
};

std::string_view to_string(LossKind);
/// The inverse of to_string; throws ArgumentError naming the text and the accepted words.
LossKind loss_from_string(std::string_view);

/// Whether z is in units of the data. It is on the scale of a link otherwise.
bool predicts_in_data_units(LossKind);

/// What z predicts: z itself, the probability 1 / (1 + exp(-z)) of the class 1, the mean exp(z).
/// Not for the multinomial loss, whose scores predict together: see category_probabilities.
double inverse_link(LossKind, double z);

/// How far z is from y: (y - z)^2 where z is in units of the data, the loss otherwise. Not for the
/// multinomial loss: see category_loss.
double entry_error(LossKind, double y, double z);
/// The error of a model from a weighted sum of these: root mean square, or mean loss. NaN for a
/// weight of 0.
double mean_error(LossKind, double sum, double weight);

}  // namespace hadal
