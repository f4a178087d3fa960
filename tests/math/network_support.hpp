#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "hadal/fit/network_fit.hpp"
#include "math/hidden_unit_support.hpp"

namespace hadal::test {

inline SampleData with_columns(Factor inputs) {
  SampleData data;
  data.inputs = std::move(inputs);
  for (Index j = 0; j < data.inputs.cols(); ++j)
    data.encoding.columns.push_back({"x" + std::to_string(j + 1), {}, 0});
  data.has_targets = true;
  return data;
}

/// Classes by rings around the origin, with noise.
inline SampleData rings(Index samples, int classes, unsigned seed) {
  Draws draws(seed);
  SampleData data = with_columns(draws.matrix(samples, 2));
  data.task = Task::classification;
  for (int c = 0; c < classes; ++c) data.classes.push_back(std::to_string(c));
  for (Index i = 0; i < samples; ++i) {
    const double radius = data.inputs.row(i).norm() + 0.2 * draws.normal();
    data.labels.push_back(std::clamp(static_cast<int>(radius * classes / 2), 0, classes - 1));
  }
  data.target_names = {"ring"};
  return data;
}

/// Two arms that wind around the origin: of a few units no more than a plane is learnt of them.
inline SampleData spirals(Index samples, unsigned seed) {
  Draws draws(seed);
  SampleData data = with_columns(Factor(samples, 2));
  data.task = Task::classification;
  data.classes = {"one", "other"};
  for (Index i = 0; i < samples; ++i) {
    const int arm = static_cast<int>(i % 2);
    const double radius = static_cast<double>(i + 1) / static_cast<double>(samples);
    const double angle = std::numbers::pi * (arm + 3 * radius);
    data.inputs(i, 0) = radius * std::cos(angle) + 0.03 * draws.normal();
    data.inputs(i, 1) = radius * std::sin(angle) + 0.03 * draws.normal();
    data.labels.push_back(arm);
  }
  data.target_names = {"arm"};
  return data;
}

/// Values of a rough surface, with noise.
inline SampleData surface(Index samples, Index inputs, Index outputs, unsigned seed) {
  Draws draws(seed);
  SampleData data = with_columns(draws.matrix(samples, inputs));
  const Factor w = draws.matrix(inputs, outputs);
  data.targets = (data.inputs * w).cwiseAbs() + 0.3 * draws.matrix(samples, outputs);
  data.targets.array() += 2;
  for (Index k = 0; k < outputs; ++k) data.target_names.push_back("y" + std::to_string(k + 1));
  return data;
}

inline NetworkFitOptions at_ratio(double ratio, const std::string& activation = "relu",
                                  double tolerance = 1e-4) {
  NetworkFitOptions options;
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.lambda.value = ratio;
  options.activation = Activation::from_string(activation);
  options.tolerance = tolerance;
  return options;
}

}  // namespace hadal::test
