#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hadal/model/sample_model.hpp"
#include "hadal/model/unit_penalty.hpp"
#include "hadal/network/activation.hpp"

namespace hadal {

/// A network with one hidden layer of parallel units.
///
/// With x the standardised inputs of a sample, and a last input 1 where there is a bias,
///   z = offset + sum_j act(x^T u_j) v_j,
/// and the objective is
///   F = sum_i w_i loss(y_i, z_i) + lambda sum_j ||u_j||^a ||v_j||,
/// a the activation's degree, norms l2 (`product`; u_j of maxout is all its pieces together) or l1
/// (`path`). Losses: squared, huber, poisson for regressions (the sum over outputs); logistic for
/// two classes (one output, the second class being y = 1), multinomial for more (an output for each
/// class). With gates g, which are drawn once and fixed, units are linear behind one of them, and
///   z = offset + sum_j [x^T g_j > 0] x^T u_j v_j (gated ReLU; Pilanci and Ergen 2020).
/// Units are balanced, ||u_j|| = ||v_j||, and ordered by penalty, largest first.
struct NetworkModel : SampleModel {
  // problem
  Activation activation;
  UnitPenalty penalty = UnitPenalty::product;
  bool bias = true;
  Factor gates;  ///< (inputs + bias) x gates: their directions; none of ungated networks

  // model
  Factor u;  ///< (inputs + bias) x (pieces * size), the pieces of a unit side by side
  Factor v;  ///< outputs x size
  std::vector<std::int64_t> gate;  ///< of every unit, where there are gates

  Index size() const { return v.cols(); }
  bool gated() const { return gates.cols() > 0; }
  /// As the command line takes it: the activation, or gated:N.
  std::string hidden() const;
};

/// Largest number of gates.
constexpr Index gates_max = 100'000;

/// The standardised inputs, with a last column of ones where the model has a bias.
Factor standardised(const NetworkModel& model, const Factor& inputs);
/// z for every sample: samples x outputs, on the scale of the link.
Factor scores(const NetworkModel& model, const Factor& inputs);
/// Means for regressions (through the link); for classifications the probability of every class.
Factor predictions(const NetworkModel& model, const Factor& inputs);

}  // namespace hadal
