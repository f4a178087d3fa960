#pragma once

#include "hadal/atom/atom.hpp"
#include "hadal/atom/coefficient_space.hpp"
#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Rank-one atoms (u_i, v_i), the columns of two factors.
struct RankOneAtoms {
  Factor u, v;
  Index size() const { return u.cols(); }
};

/// map(u, v) = D_r u v^T D_c at the observed entries, penalty(u, v) = (||u||^2 + ||v||^2) / 2, both
/// of degree 2. The gauge is the nuclear norm of U V^T, weighted by P = D_r^-2 and R = D_c^-2 in
/// terms of the prediction; the polar of Q is sigma_1(D_r Q D_c).
/// With dictionaries A and B in place of D_r and D_c it is sigma_1(A^T Q B).
class RankOneFamily {
 public:
  using Atoms = RankOneAtoms;

  /// row_scale, column_scale: the positive diagonals of D_r and D_c, or empty for ones.
  /// Throws ArgumentError on a size mismatch, and for scales with dictionaries. The pattern must
  /// outlive the family.
  explicit RankOneFamily(CoefficientSpace space, Vector row_scale = {}, Vector column_scale = {});

  static constexpr int map_degree() { return 2; }
  static constexpr int penalty_degree() { return 2; }

  Atoms empty() const;
  void predict(const Atoms& atoms, Vector& z) const;
  double penalty(const Atoms& atoms) const;
  PolarResult<Atoms> polar(const Vector& q, const Atoms& atoms, const PolarRequest& request) const;
  void append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
              double scale) const;
  /// Thin singular value decomposition of U V^T: afterwards U^T U = V^T V = diag(sigma), sigma
  /// non-increasing, and values below 1e-12 of the largest are dropped. The penalty becomes the
  /// nuclear norm, its minimum over all factorisations.
  void compress(Atoms& atoms) const;

  const ObservedPattern& pattern() const { return space_.data(); }
  const CoefficientSpace& space() const { return space_; }
  const Vector& row_scale() const { return row_scale_; }
  const Vector& column_scale() const { return column_scale_; }

  /// Whether U V^T and what is predicted differ.
  bool lifts() const { return row_scale_.size() > 0 || !space_.plain(); }
  /// u <- D_r u or A u, and v <- D_c v or B v.
  void lift_rows(Factor& u) const;
  void lift_columns(Factor& v) const;
  /// The adjoints: g <- D_r g or A^T g, and so on.
  void pull_rows(Factor& g) const;
  void pull_columns(Factor& g) const;
  /// D_r Q D_c at the observed entries, or A^T Q B: at the entries of `space().pattern()`.
  Vector pull(Vector q) const;

 private:
  CoefficientSpace space_;
  Vector row_scale_, column_scale_;
};

/// The singular values of U V^T of balanced atoms.
Vector singular_values(const RankOneAtoms& atoms);

}  // namespace hadal
