#pragma once

#include <concepts>
#include <functional>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// How far one local descent is to go. The decrement is twice the decrease of F that the descent's
/// own quadratic model predicts; it falls with the square of the distance from stationarity.
struct DescentGoal {
  double reduction = 1e-2;  ///< stop at this fraction of the first decrement
  double floor = 1e-26;     ///< stop where the decrement is below floor * |F|: rounding level
  int iteration_max = 100;
  std::function<bool()> cancelled = [] { return false; };  ///< polled; true ends the descent
};

struct DescentReport {
  double objective = 0;
  int iterations = 0;
  double passes = 0;      ///< over the data
  bool at_floor = false;  ///< no further decrease can be had in double precision
};

/// Directions next to the current atoms that the last polar search found, with what they collect:
/// a descent may use them to precondition; it does not add them.
template <class Atoms>
struct Outside {
  const Atoms& atoms;
  const std::vector<double>& collected;
};

/// A local solver: lowers F(atoms) = loss(sum map) + lambda * sum penalty, never raises it.
template <class D, class L, class F>
concept Descent = requires(const D& descent, const L& loss, const F& family, double lambda,
                           typename F::Atoms& atoms, const Outside<typename F::Atoms>& outside,
                           const DescentGoal& goal) {
  { descent.descend(loss, family, lambda, atoms, outside, goal) } -> std::same_as<DescentReport>;
};

}  // namespace hadal
