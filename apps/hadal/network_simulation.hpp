#pragma once

#include <cstdint>

#include "hadal/types.hpp"

namespace hadal::cli {

enum class SampleShape { spirals, rings, checkerboard, teacher };

/// Random samples for a network.
struct SampleSimulation {
  SampleShape shape = SampleShape::spirals;
  Index samples = 500;
  double noise = 0.05;          ///< standard deviation: of the coordinates, of a teacher's output
  Index classes = 2;            ///< not of a teacher
  Index inputs = 5, units = 5;  ///< of a teacher
  std::uint64_t seed = 0;
};

/// The samples in random order: inputs, then the class or the output as the last column.
///
/// Spirals: arms from the origin to radius 1, one and a half turns each. Rings: circles around the
/// origin with radii 1/K .. 1. Checkerboard: cells of [0, 1]^2, of which the classes alternate. The
/// classes are as equal in number as can be. Teacher: sum_r a_r max(0, w_r^T x + b_r), x standard
/// normal; w, b and a are normal, scaled so that the output without noise is of order 1.
Factor simulate(const SampleSimulation& plan);

}  // namespace hadal::cli
