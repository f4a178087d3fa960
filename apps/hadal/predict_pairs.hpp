#pragma once

#include <string>

#include "hadal/data/pairs.hpp"
#include "hadal/model/predict.hpp"

namespace hadal::cli {

/// Predictions for pairs, and how far they are from the values where the pairs have some.
struct PairPredictions {
  std::vector<double> prediction;   ///< one per pair; NaN where the model does not know the pair
  std::vector<double> probability;  ///< of the category predicted; empty for any other loss
  Index unknown = 0;                ///< pairs whose row or column the model does not know
  Index compared = 0;               ///< known pairs with a value (that is a category of the model)
  std::string errors;               ///< of these, in figures that suit the model's loss
};

PairPredictions predict_pairs(const MatrixModel& model, const Pairs& pairs, PredictWith with);

/// The pairs with a last field "prediction", for categories another one "probability", blank where
/// the pair is unknown.
std::string pairs_csv(const Pairs& pairs, const PairPredictions& predictions);

}  // namespace hadal::cli
