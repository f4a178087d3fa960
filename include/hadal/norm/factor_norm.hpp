#pragma once

#include <string>

#include "hadal/norm/graph.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// The norm of one factor of a rank-one atom,
///   norm(x) = l1 ||x||_1 + l2 ||x||_2 + tv TV_graph(x),   infinite where x < 0 if `nonnegative`,
/// all weights >= 0 and l1 + l2 > 0, which keeps it a norm (Haeffele and Vidal 2015, section 5).
struct FactorNorm {
  double l1 = 0, l2 = 1, tv = 0;
  bool nonnegative = false;
  Graph graph;  ///< of the total variation; kind none where tv = 0

  /// Positive weights are from 1e-30 to 1e30, so that products of two are exact to rounding.
  static constexpr double weight_min = 1e-30, weight_max = 1e30;
  static bool usable(double weight) {
    return weight == 0 || (weight >= weight_min && weight <= weight_max);
  }

  bool plain() const { return l1 == 0 && tv == 0 && !nonnegative; }
  /// Of a vector that obeys the constraint.
  double operator()(const Vector& x) const;
};

/// What a text like "l1 + 0.5*l2 + 0.6*tv(grid8)" says: weights, and the kind of graph that is
/// still to be laid over the factor's elements. Terms may come in any order, each at most once.
/// Throws ArgumentError with the text, the place and what was expected.
FactorNorm parse_norm(const std::string& text);

/// The text that parse_norm reads back, "l2" for the plain norm.
std::string to_string(const FactorNorm& norm);

}  // namespace hadal
