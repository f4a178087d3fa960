#pragma once

#include "hadal/atom/atom.hpp"
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
/// terms of the prediction; the polar of Q is sigma_1(D_r Q D_c) (the design's section 4).
class RankOneFamily {
 public:
  using Atoms = RankOneAtoms;

  /// row_scale, column_scale: the positive diagonals of D_r and D_c, or empty for ones.
  /// Throws ArgumentError on a size mismatch. The pattern must outlive the family.
  explicit RankOneFamily(const ObservedPattern& pattern, Vector row_scale = {},
                         Vector column_scale = {});

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

  const ObservedPattern& pattern() const { return pattern_; }
  const Vector& row_scale() const { return row_scale_; }
  const Vector& column_scale() const { return column_scale_; }

  /// D_r Q D_c at the observed entries.
  Vector scaled(Vector q) const;
  /// D_r u and D_c v (or their derivatives) in place.
  void scale_rows(Factor& u) const;
  void scale_columns(Factor& v) const;

 private:
  const ObservedPattern& pattern_;
  Vector row_scale_, column_scale_;
};

/// The singular values of U V^T of balanced atoms.
Vector singular_values(const RankOneAtoms& atoms);

}  // namespace hadal
