#pragma once

#include <vector>

#include "hadal/kernel/lines.hpp"
#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// The Hessian of F(U, V) = loss(D_r U V^T D_c) + lambda / 2 (||U||^2 + ||V||^2) at a point, for a
/// loss whose Hessian is diag(weight), with the factor of the longer side **eliminated**:
///   S = H_kk - H_ke H_ee^-1 H_ek      (k: the kept, e: the eliminated side).
/// H_ee is block diagonal, a block A_j = lambda I + G_j^T G_j for each eliminated row or column j,
/// where G_j has the row c_j sqrt(w_ij) d_i u_i for each of its entries. Search directions then
/// live on the shorter side only, and S is applied in one pass over the data that reads rows of the
/// kept factor, which stay in cache. Single precision. Sums over the kept side are formed by each
/// thread and added in order: the same number of threads gives the same result.
class SchurComplement {
 public:
  /// u = D_r U and v = D_c V; weight and scales empty: ones. coupling: the part of the residual
  /// that the mixed derivatives keep, 1 for the Hessian itself. Precondition: the pattern is not
  /// full().
  SchurComplement(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                  const Vector& weight, const Vector& residual, double coupling,
                  const Vector& row_scale, const Vector& column_scale, double lambda);

  static bool keeps_rows(const ObservedPattern& p) { return p.rows() <= p.columns(); }
  /// Bytes of the factorised blocks for r atoms: about 2 min(r, entries of its block) an entry.
  static double bytes(const ObservedPattern& pattern, Index r);

  /// out = S d; both kept side x r.
  void apply(const SingleFactor& d, SingleFactor& out) const;
  /// g_k - H_ke H_ee^-1 g_e: the right side of the reduced Newton system S d_k = ...
  SingleFactor reduce(const SingleFactor& g_kept, const SingleFactor& g_eliminated) const;
  /// d_e = H_ee^-1 (g_e - H_ek d_k): the rest of the Newton step.
  SingleFactor recover(const SingleFactor& d_kept, const SingleFactor& g_eliminated) const;

 private:
  struct Line;
  struct Row;
  Line line(Index j) const;
  float root_weight(Index k) const { return root_weight_.size() ? root_weight_[k] : 1.0F; }
  void factorise();
  void eliminate(const Line& line, const float* block, const SingleFactor& d, Row& row) const;
  /// t = H_ek d - g, e = H_ee^-1 t, out = H_kk d - H_ke e without lambda d. d comes scaled and
  /// padded; g may be absent, as either output.
  void pass(const SingleFactor& d, const SingleFactor* g, SingleFactor* out, SingleFactor* e) const;
  void sum(const std::vector<SingleFactor>& parts, SingleFactor& out) const;
  SingleFactor scaled(const SingleFactor& d) const;
  /// Shares of about the same work.
  std::vector<Index> shares(Index count) const;

  bool keeps_rows_;
  Index r_;
  float lambda_;
  SingleVector kept_scale_, line_scale_;
  SingleVector residual_, root_weight_;  ///< in the order of the lines
  Lines lines_;                          ///< the eliminated rows or columns
  SingleFactor kept_, eliminated_;       ///< scaled; rows padded with zeros
  std::vector<Index> first_;             ///< of each thread's share, and the number of lines
  std::vector<Index> block_start_;
  SingleVector blocks_;  ///< lower Cholesky factors, packed
};

}  // namespace hadal
