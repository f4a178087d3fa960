#pragma once

#include "hadal/atom/rank_one.hpp"

namespace hadal {

/// Two-level preconditioner for the Hessian of
///   loss(D_r U V^T D_c) + lambda / 2 (||U||_F^2 + ||V||_F^2)
/// (or with dictionaries A and B in place of the scales)
/// at balanced factors, U = E S^(1/2), V = H S^(1/2), E and H orthonormal, S = diag(sigma).
///
/// Fine level: the Hessian's diagonal without the residual's part. It fails where directions lie
/// inside the model's own spaces, dU = E A, dV = H B: there the residual couples U and V with
/// strength lambda and cancels the ridge, so that only sigma times the data's curvature is left
/// (tiny for small sigma), and rotations leave no curvature at all. Coarse level: exactly these
/// directions, with E^T R H = lambda I and the data's curvature approximated by its diagonal
///   h_ab = sum over observed (i, j) of w_ij (D_r E)_ia^2 (D_c H)_jb^2,
/// which decouples the pairs (A_ab, B_ba, B_ab, A_ba) into blocks solved in closed form. The same
/// is done for `outside` directions e_k, h_k with e_k^T R h_k = d_k just below lambda, where the
/// ridge cancels almost.
class TwoLevelPreconditioner {
 public:
  /// coupling, 0 .. 1, is what of the residual's part the Hessian keeps: E^T R H = coupling lambda.
  /// `outside` holds unit pairs orthogonal to the model's spaces, `collected` their d_k.
  TwoLevelPreconditioner(const RankOneFamily& family, const Vector& weight,
                         const RankOneAtoms& atoms, const RankOneAtoms& outside,
                         const std::vector<double>& collected, double lambda, double coupling);

  /// (zu, zv) = M^-1 (gu, gv). Single precision: M need only resemble the Hessian.
  void apply(const SingleFactor& gu, const SingleFactor& gv, SingleFactor& zu,
             SingleFactor& zv) const;
  /// The block of M^-1 that belongs to one side: it resembles the inverse of the Hessian's Schur
  /// complement on that side.
  void apply_to_one_side(bool rows, const SingleFactor& g, SingleFactor& z) const;

  /// h_aa of the model's own atoms: the data's curvature along each.
  Vector own_curvature() const { return curvature_.diagonal().head(r_); }
  /// Squared length of a direction in the norm of the fine level's diagonal.
  double size(const SingleFactor& du, const SingleFactor& dv) const;
  double size_on_one_side(bool rows, const SingleFactor& d) const;

 private:
  struct Side {
    SingleFactor diagonal, basis;
    /// z = D^-1 (g - B a); returns B^T z.
    Eigen::MatrixXf fine_level(const SingleFactor& g, const Eigen::MatrixXf& a,
                               SingleFactor& z) const;
    double size(const SingleFactor& d) const;
  };
  void solve_coarse(Eigen::MatrixXf& a, Eigen::MatrixXf& b) const;

  Index r_;
  double lambda_, coupling_;
  Side u_, v_;
  Vector sigma_, outside_;
  Matrix curvature_;  // h_ab
};

}  // namespace hadal
