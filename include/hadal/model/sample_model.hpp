#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hadal/data/samples.hpp"
#include "hadal/model/fitted_model.hpp"

namespace hadal {

/// What the models of all networks have: which samples they are of, and how well they tell them
/// apart.
struct SampleModel : FittedModel {
  Task task = Task::regression;
  InputEncoding encoding;
  std::optional<SamplePicture> picture;
  std::vector<std::string> classes;       ///< of a classification
  std::vector<std::string> target_names;  ///< of a regression, or of the column with the classes
  Vector input_mean, input_scale;         ///< x = (input - mean) / scale, scale > 0
  Vector offset;  ///< of every output; zero unless the loss is squared or huber

  // figures
  double train_accuracy = 0,
         validation_accuracy = 0;  ///< NaN for regressions or where none held out

  Index inputs() const { return input_mean.size(); }
  Index outputs() const { return offset.size(); }
};

/// Columns, classes and targets of a model's samples, without any: for read_samples, which reads
/// others like them.
SampleData samples_like(const SampleModel& model);

/// (input - mean) / scale. Throws ModelError for another number of inputs than the model's.
Factor standardised_inputs(const SampleModel& model, const Factor& inputs);
/// Means for regressions (through the link); for classifications the probability of every class.
/// z: samples x outputs, on the scale of the link.
Factor predictions_of(const SampleModel& model, const Factor& z);
/// The most probable class of every row of probabilities.
std::vector<int> most_probable(const Factor& probabilities);

}  // namespace hadal
