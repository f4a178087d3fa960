#pragma once

#include <vector>

#include "hadal/norm/graph.hpp"
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

/// argmin over y of ||y - x||^2 / 2 + t TV_graph(y) on any graph. Its edges are divided into chains
/// (a lattice's along its lines), TV = sum_c TV_c, and the dual
///   min ||x - sum_c w_c||^2 / 2  over w_c in t d TV_c(0),   y = x - sum_c w_c,
/// is minimised over one chain at a time, exactly (Barbero and Sra 2018, Modular proximal
/// optimization for multidimensional total-variation regularization), until its duality gap t TV(y)
/// - <x - y, y> is small enough.
class GraphTotalVariation {
 public:
  explicit GraphTotalVariation(const Graph& graph);

  /// dual: the w_c / t to start from (empty: zero) and as left. Stops when the gap is at most
  /// `tolerance`, in the units of the objective, or after round_max rounds over all chains; returns
  /// the gap reached.
  double prox(const Vector& x, double t, double tolerance, int round_max, Vector& dual,
              Vector& y) const;

 private:
  void subtract(const Vector& x, double t, const Vector& dual, Vector& y) const;
  void round(double t, Vector& dual, Vector& y) const;
  double gap(const Vector& x, double t, const Vector& y) const;

  std::vector<std::int32_t> vertex_;  ///< of all chains, one after the other
  std::vector<Index> start_;          ///< of each chain in vertex_, and its end
  std::vector<Edge> edges_;
};

}  // namespace hadal
