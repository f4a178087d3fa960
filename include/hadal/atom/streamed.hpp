#pragma once

#include <optional>

#include "hadal/atom/structured.hpp"
#include "hadal/loss/streamed_squared.hpp"

namespace hadal {

/// StructuredFamily for a fully observed matrix that is read anew in every pass.
///
/// The Gram matrix K = Y Y^T (or Y^T Y, whichever is smaller) is formed once; that of a residual
/// R = Y - U V^T follows from K and R V,
///   R R^T = K - (R V) U^T - U (R V)^T - U V^T V U^T,
/// and with it, without another pass, its singular values, and a proven bound on the largest.
///
/// The polar is bounded through every pair of l1 and l2 terms at once: <Q, u v^T> <= dual_ab(Q)
/// ||u||_a ||v||_b, hence norm_u(u) norm_v(v) >= <Q, u v^T> sum over (a, b) of nu_a nu_b /
/// dual_ab(Q), with dual_ab sigma_1, the longest row or column, or the largest entry.
class StreamedFamily {
 public:
  using Atoms = RankOneAtoms;
  using Field = LowRankField;

  /// The norms' graphs must have as many vertices as there are rows (columns); throws ArgumentError
  /// otherwise. The data must outlive the family. `watch` sees the Gram matrix grow; where it says
  /// false, or the smaller side is above 8000, there is none, and ||R||_F takes sigma_1's place.
  StreamedFamily(const CentredRows& target, double half_square, FactorNorm u, FactorNorm v,
                 const CentredRows::Watch& watch);
  StreamedFamily(const StreamedFamily&) = delete;
  StreamedFamily& operator=(const StreamedFamily&) = delete;

  static constexpr int map_degree() { return 2; }
  static constexpr int penalty_degree() { return 2; }

  Atoms empty() const { return structured_.empty(); }
  void predict(const Atoms& atoms, Field& z) const { z = {atoms.u, atoms.v, {}}; }
  double penalty(const Atoms& atoms) const { return structured_.penalty(atoms); }
  PolarResult<Atoms> polar(const Field& q, const Atoms& atoms, const PolarRequest& request) const;
  void append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
              double scale) const {
    structured_.append(atoms, found, amounts, scale);
  }
  void compress(Atoms& atoms) const { structured_.compress(atoms); }

  const StructuredFamily& structured() const { return structured_; }

 private:
  Matrix residual_gram(const Field& q) const;
  Factor starts(const Field& q, const Atoms& atoms, std::uint64_t seed) const;
  PolarBound bound(const Field& q, const PolarRequest& request) const;
  double largest_singular_value_bound(const Field& q, const PolarRequest& request) const;

  const CentredRows& target_;
  double norm_;  ///< ||Y||_F
  ObservedPattern pattern_;
  StructuredFamily structured_;
  std::optional<Matrix> gram_;  ///< lower triangle
};

}  // namespace hadal
