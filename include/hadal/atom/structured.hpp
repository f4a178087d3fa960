#pragma once

#include "hadal/atom/rank_one.hpp"
#include "hadal/prox/norm_prox.hpp"

namespace hadal {

/// map(u, v) = u v^T at the observed entries, or (A u)(B v)^T with dictionaries, penalty(u, v) =
/// norm_u(u) norm_v(v) with the structured norms of FactorNorm; both of degree 2 (Haeffele and
/// Vidal 2015).
///
/// The polar, max <Q, u v^T> over norm_u(u) norm_v(v) <= 1, is NP-hard in general: its search
/// alternates between the factors from many starts, and is a lower value.
class StructuredFamily {
 public:
  using Atoms = RankOneAtoms;

  /// The norms' graphs must have as many vertices as u (v) has elements; throws ArgumentError
  /// otherwise. The pattern must outlive the family.
  StructuredFamily(CoefficientSpace space, FactorNorm u, FactorNorm v);

  static constexpr int map_degree() { return 2; }
  static constexpr int penalty_degree() { return 2; }

  Atoms empty() const;
  void predict(const Atoms& atoms, Vector& z) const;
  double penalty(const Atoms& atoms) const;
  PolarResult<Atoms> polar(const Vector& q, const Atoms& atoms, const PolarRequest& request) const;
  void append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
              double scale) const;
  /// Balances norm_u(u_i) = norm_v(v_i), orders by penalty, largest first, and drops zero atoms.
  void compress(Atoms& atoms) const;

  const ObservedPattern& pattern() const { return space_.data(); }
  const CoefficientSpace& space() const { return space_; }
  const NormProx& u() const { return u_; }
  const NormProx& v() const { return v_; }

  /// ||A||_2^2 and ||B||_2^2, to rounding; 1 without a dictionary.
  double stretch_u() const { return stretch_u_; }
  double stretch_v() const { return stretch_v_; }

  /// norm_u(u_i) norm_v(v_i) of every atom.
  Vector penalties(const Atoms& atoms) const;

 private:
  PolarBound bound(const Vector& q, const PolarRequest& request) const;

  CoefficientSpace space_;
  NormProx u_, v_;
  double stretch_u_, stretch_v_;
};

}  // namespace hadal
