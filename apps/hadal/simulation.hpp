#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/entries.hpp"

namespace hadal::cli {

/// A random low-rank matrix with noise, of which some entries are observed.
struct Simulation {
  Index rows = 100, columns = 80, rank = 3;
  double noise = 0.1;  ///< standard deviation; the entries without noise have about 1
  Index observed = 0;  ///< number of entries to observe, at most rows * columns
  Index held_out = 0;  ///< of these, how many to hold out; < observed
  std::uint64_t seed = 0;
};

struct Simulated {
  Factor left, right;  ///< the matrix without noise is left right^T
  Entries observed;    ///< without those held out
  Entries held_out;
};

/// The matrix is A B^T / sqrt(rank), A and B standard normal; positions are drawn uniformly without
/// replacement, in one pass over the matrix (Knuth's algorithm S), which is never held as a whole.
Simulated simulate(const Simulation& plan);

}  // namespace hadal::cli
