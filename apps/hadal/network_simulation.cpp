#include "network_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

namespace hadal::cli {
namespace {

using Random = std::mt19937_64;
using Point = Eigen::RowVector2d;

double uniform(Random& random) { return std::uniform_real_distribution<double>()(random); }

Index below(Index count, Random& random) {
  return std::uniform_int_distribution<Index>(0, count - 1)(random);
}

Point at_angle(double radius, double angle) {
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

Point on_spiral(Index label, Index classes, Random& random) {
  constexpr double turns = 1.5;
  const double radius = uniform(random);
  const double start = static_cast<double>(label) / static_cast<double>(classes);
  return at_angle(radius, 2 * std::numbers::pi * (start + turns * radius));
}

Point on_ring(Index label, Index classes, Random& random) {
  const double radius = static_cast<double>(label + 1) / static_cast<double>(classes);
  return at_angle(radius, 2 * std::numbers::pi * uniform(random));
}

/// In a cell (x, y) with (x + y) mod classes == label; at least 4 x 4 cells, a multiple of the
/// classes along each side so that every class has as many.
Point on_checkerboard(Index label, Index classes, Random& random) {
  const Index blocks = (4 + classes - 1) / classes, side = blocks * classes;
  const Index x = below(side, random);
  const Index y = (label - x % classes + classes) % classes + classes * below(blocks, random);
  return Point(static_cast<double>(x) + uniform(random), static_cast<double>(y) + uniform(random)) /
         static_cast<double>(side);
}

Point point_of(const SampleSimulation& plan, Index label, Random& random) {
  switch (plan.shape) {
    case SampleShape::spirals:
      return on_spiral(label, plan.classes, random);
    case SampleShape::rings:
      return on_ring(label, plan.classes, random);
    default:
      return on_checkerboard(label, plan.classes, random);
  }
}

Factor simulate_classes(const SampleSimulation& plan, Random& random) {
  std::normal_distribution<double> normal;
  std::vector<Index> labels(static_cast<std::size_t>(plan.samples));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Index>(i) % plan.classes;
  std::shuffle(labels.begin(), labels.end(), random);
  Factor table(plan.samples, 3);
  for (Index i = 0; i < plan.samples; ++i) {
    const Index label = labels[static_cast<std::size_t>(i)];
    const Point point = point_of(plan, label, random);
    for (Index k = 0; k < 2; ++k) table(i, k) = point[k] + plan.noise * normal(random);
    table(i, 2) = static_cast<double>(label);
  }
  return table;
}

Factor simulate_teacher(const SampleSimulation& plan, Random& random) {
  std::normal_distribution<double> normal;
  const auto draw = [&](Index rows, Index columns) {
    return Factor(Factor::NullaryExpr(rows, columns, [&] { return normal(random); }));
  };
  const Factor weight = draw(plan.units, plan.inputs) / std::sqrt(static_cast<double>(plan.inputs));
  const Factor bias = draw(1, plan.units);
  const Factor output = draw(plan.units, 1) / std::sqrt(static_cast<double>(plan.units));
  Factor table(plan.samples, plan.inputs + 1);
  for (Index i = 0; i < plan.samples; ++i) {
    const Factor inputs = draw(1, plan.inputs);
    const Factor activation = (inputs * weight.transpose() + bias).cwiseMax(0.0);
    table.row(i).head(plan.inputs) = inputs.row(0);
    table(i, plan.inputs) = activation.row(0).dot(output.col(0)) + plan.noise * normal(random);
  }
  return table;
}

}  // namespace

Factor simulate(const SampleSimulation& plan) {
  Random random(plan.seed);
  return plan.shape == SampleShape::teacher ? simulate_teacher(plan, random)
                                            : simulate_classes(plan, random);
}

}  // namespace hadal::cli
