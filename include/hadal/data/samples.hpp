#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// What a column of a table becomes: itself, or one input of 0 and 1 for each of its categories.
struct InputColumn {
  std::string name;
  std::vector<std::string> categories;  ///< sorted; empty: a numeric column
  /// What a missing value becomes: the column's mean where that was asked for, NaN where a missing
  /// value is an error. Of a categorical column a missing value is all zeros, or an error.
  double fill = 0;
  Index inputs() const { return categories.empty() ? 1 : static_cast<Index>(categories.size()); }
};

/// How the columns of a file become the inputs of a model: new data are read the same way.
struct InputEncoding {
  std::vector<InputColumn> columns;
  Index inputs() const;
  /// One name for each input: the column's, or "column=category".
  std::vector<std::string> names() const;
};

/// A picture that every sample is, row by row, the channels of a pixel side by side.
struct SamplePicture {
  Index width = 0, height = 0, channels = 1;
  Index inputs() const { return width * height * channels; }
};

enum class Task { regression, classification };

/// Samples with what is to be predicted from them.
struct SampleData {
  Factor inputs;  ///< samples x inputs, finite
  InputEncoding encoding;
  std::optional<SamplePicture> picture;

  Task task = Task::regression;
  /// Of a classification, sorted: numbers by value, texts by code point; two or more.
  std::vector<std::string> classes;
  std::vector<int> labels;  ///< of a classification: the class of every sample, -1: not in classes
  Factor targets;           ///< of a regression: samples x outputs, finite
  std::vector<std::string> target_names;
  Vector weight;             ///< of every sample, > 0, or empty for all ones
  bool has_targets = false;  ///< new data to predict for need not have any

  Index samples() const { return inputs.rows(); }
};

}  // namespace hadal
