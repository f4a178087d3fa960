#pragma once

#include <functional>

#include "hadal/types.hpp"

namespace hadal {

/// Value of a function at x; sets its gradient.
using SmoothFunction = std::function<double(const Vector& x, Vector& gradient)>;

struct QuasiNewtonLimits {
  int iteration_max = 1000;
  /// Ends once `window` iterations in a row have lowered the value by less than `reduction` times
  /// what all have, or less than `floor` times |value|.
  double reduction = 1e-3;
  double floor = 1e-15;
  int window = 20;
  std::function<bool()> cancelled = [] { return false; };
};

struct QuasiNewtonReport {
  double value = 0;
  int iterations = 0, evaluations = 0;
  bool stuck = false;  ///< no step along any direction tried lowers the value
};

/// Limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.5) with a bisecting line search for
/// the weak Wolfe conditions, so that functions with kinks are minimised as well.
QuasiNewtonReport minimise_quasi_newton(const SmoothFunction& function, Vector& x,
                                        const QuasiNewtonLimits& limits);

}  // namespace hadal
