#pragma once

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
  Index size() const { return v.cols(); }
};

/// map(u, v) = act(X u) v^T (samples x outputs, row-major), penalty = ||u||^a ||v||; both of degree
/// a + 1 (Haeffele and Vidal 2017; the design's section 7).
class HiddenUnitFamily {
 public:
  using Atoms = HiddenUnits;

  /// x: samples x inputs, which must outlive the family. Throws ArgumentError for no samples,
  /// inputs or outputs.
  HiddenUnitFamily(const Factor& x, Index outputs, const Activation& activation,
                   UnitPenalty penalty);

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
  /// act(X u): samples x units.
  Factor hidden(const Factor& u) const;

 private:
  const Factor& x_;
  Index outputs_;
  Activation activation_;
  UnitPenalty penalty_;
};

}  // namespace hadal
