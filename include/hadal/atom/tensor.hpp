#pragma once

#include <vector>

#include "hadal/atom/atom.hpp"
#include "hadal/kernel/tensor_pattern.hpp"
#include "hadal/prox/norm_prox.hpp"

namespace hadal {

/// Rank-one tensors: atom c is the outer product of the columns c of the factors, one for each
/// mode.
struct TensorAtoms {
  std::vector<Factor> factors;  ///< shape[m] x size each
  Index size() const { return factors.empty() ? 0 : factors.front().cols(); }
};

/// map(w_0, .., w_K-1) = w_0 o .. o w_K-1 at the observed entries, penalty = prod_m norm_m(w_m)
/// with the norms of FactorNorm; both of degree K. With l2 norms the gauge is the tensor nuclear
/// norm and the polar of Q the tensor spectral norm, which is NP-hard: its search alternates
/// between the modes from many starts, and is a lower value.
class TensorFamily {
 public:
  using Atoms = TensorAtoms;

  /// One norm for each mode, the graphs of total variations with as many vertices as the mode has
  /// elements; throws ArgumentError otherwise. The pattern must outlive the family.
  TensorFamily(const TensorPattern& pattern, std::vector<FactorNorm> norms);

  int map_degree() const { return static_cast<int>(pattern_.order()); }
  int penalty_degree() const { return map_degree(); }

  Atoms empty() const;
  void predict(const Atoms& atoms, Vector& z) const;
  double penalty(const Atoms& atoms) const { return penalties(atoms).sum(); }
  PolarResult<Atoms> polar(const Vector& q, const Atoms& atoms, const PolarRequest& request) const;
  void append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
              double scale) const;
  /// Balances the norms of an atom, orders by penalty, largest first, drops zero atoms and fixes
  /// signs: the largest element of every factor is positive, but for the last mode that may be
  /// negative.
  void compress(Atoms& atoms) const;

  const TensorPattern& pattern() const { return pattern_; }
  const std::vector<NormProx>& sides() const { return sides_; }
  /// The penalty of every atom.
  Vector penalties(const Atoms& atoms) const;

 private:
  const TensorPattern& pattern_;
  std::vector<NormProx> sides_;
};

}  // namespace hadal
