#pragma once

#include <cstdint>
#include <vector>

#include "hadal/atom/atom.hpp"
#include "hadal/model/unit_penalty.hpp"
#include "hadal/network/activation.hpp"

namespace hadal {

/// Hidden units of a network with one hidden layer: unit j has the weights u_j of its inputs and
/// v_j of its outputs.
struct HiddenUnits {
  Factor u;  ///< inputs x (pieces * size), the pieces of a unit side by side
  Factor v;  ///< outputs x size
  std::vector<std::int64_t> gate = {};  ///< of every unit, where the family has gates
  Index size() const { return v.cols(); }
};

/// Which samples a gate lets through: samples x gates.
using Gates = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic>;

/// map(u, v) = act(X u) v^T (samples x outputs, row-major), penalty = ||u||^a ||v||; both of degree
/// a + 1 (Haeffele and Vidal 2017).
/// With gates D_g, diagonal matrices of 0 and 1 that are fixed, map(g, u, v) = D_g X u v^T: a
/// convex problem in W_g = sum of u v^T over the units of gate g (Pilanci and Ergen 2020).
class HiddenUnitFamily {
 public:
  using Atoms = HiddenUnits;

  /// x: samples x inputs, which must outlive the family. gates: none, or those of linear units with
  /// the product penalty. Throws ArgumentError for no samples, inputs or outputs.
  HiddenUnitFamily(const Factor& x, Index outputs, const Activation& activation,
                   UnitPenalty penalty, Gates gates = {});

  int map_degree() const { return activation_.degree() + 1; }
  int penalty_degree() const { return map_degree(); }

  Atoms empty() const;
  void predict(const Atoms& atoms, Vector& z) const;
  double penalty(const Atoms& atoms) const { return penalties(atoms).sum(); }
  PolarResult<Atoms> polar(const Vector& q, const Atoms& atoms, const PolarRequest& request) const;
  void append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
              double scale) const;
  /// Merges units whose sum computes the same, balances ||u|| = ||v||, orders by penalty, largest
  /// first, and drops zero units. Where the activation is even or odd, the largest element of u is
  /// made positive.
  void compress(Atoms& atoms) const;

  const Factor& x() const { return x_; }
  Index outputs() const { return outputs_; }
  const Activation& activation() const { return activation_; }
  UnitPenalty unit_penalty() const { return penalty_; }

  /// Whether optimal units are likely to sit at kinks, as corners of the few cones on which all is
  /// linear, and can be taken there exactly: two slopes, the product penalty and few inputs.
  bool sits_at_kinks() const;

  Vector input_norms(const Atoms& atoms) const;   ///< ||u_j||
  Vector output_norms(const Atoms& atoms) const;  ///< ||v_j||
  Vector penalties(const Atoms& atoms) const;
  /// act(X u), behind gates of their gates: samples x units.
  Factor hidden(const Factor& u, const std::vector<std::int64_t>& gate = {}) const;
  /// Makes zero what the units' gates do not let through.
  void shut(const std::vector<std::int64_t>& gate, Factor& values) const;
  const Gates& gates() const { return gates_; }
  bool gated() const { return gates_.cols() > 0; }

 private:
  const Factor& x_;
  Index outputs_;
  Activation activation_;
  UnitPenalty penalty_;
  Gates gates_;
};

}  // namespace hadal
