#pragma once

#include <random>

#include "hadal/types.hpp"

namespace hadal::test {

/// Numbers of a fixed seed.
class Draws {
 public:
  explicit Draws(unsigned seed) : generator_(seed) {}
  double normal() { return normal_(generator_); }
  Factor matrix(Index rows, Index columns) {
    Factor m(rows, columns);
    for (Index k = 0; k < m.size(); ++k) m.data()[k] = normal();
    return m;
  }
  Vector vector(Index size) { return matrix(size, 1).col(0); }
  Index below(Index count) {
    return std::uniform_int_distribution<Index>(0, count - 1)(generator_);
  }

 private:
  std::mt19937 generator_;
  std::normal_distribution<double> normal_;
};

}  // namespace hadal::test
