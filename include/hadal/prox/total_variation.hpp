#pragma once

#include <vector>

#include "hadal/norm/graph.hpp"
#include "hadal/prox/shrinkage.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// argmin over y of ||y - x||^2 / 2 + t sum_i |y_{i+1} - y_i|, exactly, in time linear in the
/// length: dynamic programming on the piecewise linear derivative of the part to the left (Johnson
/// 2013, A dynamic programming algorithm for the fused lasso and L0-segmentation). t >= 0.
class ChainTotalVariation {
 public:
  /// May work in place: x == y.
  void prox(const double* x, Index n, double t, double* y);

 private:
  struct Knot {
    double at, slope, intercept;  ///< the last two: by how much they change here
  };
  std::vector<Knot> knots_;
  std::vector<double> low_, high_;
};

/// argmin over y of ||y - x||^2 / 2 + t TV(y) + rest(y) on any graph, where TV(y) = ||D y||_1 takes
/// differences along edges and rest is a shrinkage. The dual over the edges' multipliers, in units
/// of t,
///   max over |w| <= 1 of min over y of ||y - x||^2 / 2 + t <w, D y> + rest(y),
/// whose inner minimiser is y(w) = shrink(x - t D^T w), is climbed by accelerated projected
/// gradients with adaptive restart (Beck and Teboulle 2009, Fast gradient-based algorithms for
/// constrained total variation; O'Donoghue and Candes 2015). The pair (y(w), w) has the duality gap
/// t (TV(y) - <w, D y>), a sum of terms none of which is negative: edges between elements that the
/// shrinkage sets to 0 add nothing to it, whatever their multipliers.
class GraphTotalVariation {
 public:
  explicit GraphTotalVariation(const Graph& graph);

  /// dual: the multipliers to start from, each in [-1, 1] (empty: zero), and as left. Stops when
  /// the gap is at most `tolerance`, in the units of the objective, or after iteration_max steps;
  /// returns the gap reached. ||y - exact||^2 <= 2 gap.
  double prox(const Vector& x, double t, const Shrinkage& rest, double tolerance, int iteration_max,
              Vector& dual, Vector& y) const;

 private:
  /// Consecutive edges along which both ends advance by one: those of a lattice, line by line.
  struct Run {
    Index a, b, length, first;
  };
  class Climb;

  std::vector<Run> runs_;
  Index edges_ = 0;
  double squared_norm_ = 0;  ///< an upper bound on ||D||^2
};

}  // namespace hadal
