#pragma once

#include <random>
#include <string>

#include "../../src/deep/frame.hpp"
#include "../../src/deep/problem.hpp"
#include "hadal/deep/deep_fit.hpp"

namespace hadal::test {

inline Plan planned(const std::string& text, const Shape& input, Index outputs) {
  return plan(Architecture::from_text(text, "net"), input, outputs);
}

inline torch::Tensor normal(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  return torch::randn({rows, columns}, deep::generator(seed, 0, 0), torch::kDouble);
}

/// Two classes on rings about the origin: no line tells them apart.
inline SampleData rings(Index samples, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  SampleData data;
  data.task = Task::classification;
  data.has_targets = true;
  data.classes = {"in", "out"};
  data.encoding.columns = {{"x", {}, 0}, {"y", {}, 0}};
  data.inputs.resize(samples, 2);
  for (Index i = 0; i < samples; ++i) {
    const Eigen::Vector2d direction(normal(random), normal(random));
    const bool out = i % 2;
    data.inputs.row(i) = (out ? 2.0 : 1.0) * direction.normalized().transpose();
    data.labels.push_back(out);
  }
  return data;
}

/// y = |x1| - |x2| + 3 in units of `unit`.
inline SampleData regression(Index samples, double unit = 1) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  SampleData data;
  data.has_targets = true;
  data.target_names = {"y"};
  data.encoding.columns = {{"x1", {}, 0}, {"x2", {}, 0}};
  data.inputs = Factor::NullaryExpr(samples, 2, [&] { return normal(random); });
  data.targets = unit * (data.inputs.col(0).cwiseAbs() - data.inputs.col(1).cwiseAbs());
  data.targets.array() += 3 * unit;
  return data;
}

/// Options of a fit that takes a second.
inline DeepFitOptions quick(const std::string& architecture) {
  DeepFitOptions options;
  options.architecture = *Architecture::built(architecture);
  options.epochs = 12;
  options.batch = 32;
  options.learning_rate = 0.02;
  options.starts = 8;
  options.threads = 1;
  options.seed = 5;
  return options;
}

}  // namespace hadal::test
