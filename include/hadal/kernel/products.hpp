#pragma once

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

/// The kernels on observed entries, O(observed * r) each, multi-threaded over rows or columns so
/// that the result does not depend on the number of threads. They are all a backend must provide.
namespace hadal {

/// z_k = <u_i, v_j> for every observed (i, j), in row order (sampled dense-dense product).
/// u: rows x r, v: columns x r.
void sampled_product(const ObservedPattern& pattern, const Factor& u, const Factor& v, Vector& z);

/// out = Q V for the sparse matrix Q holding q at the observed entries; v: columns x r, out: rows x
/// r.
void apply(const ObservedPattern& pattern, const Vector& q, const Factor& v, Factor& out);

/// out = Q^T U; u: rows x r, out: columns x r.
void apply_transpose(const ObservedPattern& pattern, const Vector& q, const Factor& u, Factor& out);

/// The same two for one vector.
void apply(const ObservedPattern& pattern, const Vector& q, const Vector& v, Vector& out);
void apply_transpose(const ObservedPattern& pattern, const Vector& q, const Vector& u, Vector& out);

/// Derivative of the gradient of a bilinear model along a direction, fused so that each factor row
/// is read once per observed entry and side:
///   s = weight .* (u dv^T + du v^T),   hu = S v - R dv,   hv = S^T u - R^T du,
/// with R holding `residual`. u, du: rows x r; v, dv: columns x r; an empty weight means all ones.
/// `local` maps s to the loss Hessian times s when that is not a mere weighting (free offsets).
class BilinearHessian {
 public:
  BilinearHessian(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                  const Vector& residual);

  /// Loss is anything with hessian_is_diagonal, weight() and apply_hessian(s).
  template <class Loss>
  void operator()(const Loss& loss, const Factor& du, const Factor& dv, Factor& hu, Factor& hv) {
    load_direction(du, dv);
    if constexpr (Loss::hessian_is_diagonal) {
      fused_row_pass(loss.weight(), hu);
    } else {
      sampled_direction();
      loss.apply_hessian(s_);
      row_pass(hu);
    }
    column_pass(hv);
  }

 private:
  void load_direction(const Factor& du, const Factor& dv);
  void fused_row_pass(const Vector& weight, Factor& hu);
  void sampled_direction();
  void row_pass(Factor& hu);
  void column_pass(Factor& hv);

  const ObservedPattern& pattern_;
  const Vector& residual_;
  Index r_;
  Factor u_, v_;  ///< each row holds the factor's row, then the direction's
  Vector s_;
};

}  // namespace hadal
