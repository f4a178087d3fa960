#pragma once

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

/// The kernels on observed entries, O(observed * r) each, multi-threaded over rows or columns so
/// that the result does not depend on the number of threads. With SchurComplement they are all that
/// a backend must provide.
namespace hadal {

/// z_k = <u_i, v_j> for every observed (i, j), in the pattern's order (sampled dense-dense
/// product). u: rows x r, v: columns x r.
void sampled_product(const ObservedPattern& pattern, const Factor& u, const Factor& v, Vector& z);

/// out = Q V for the sparse matrix Q holding q at the observed entries (q empty: ones); v: columns
/// x r, out: rows x r.
void apply(const ObservedPattern& pattern, const Vector& q, const Factor& v, Factor& out);

/// out = Q^T U (q empty: ones); u: rows x r, out: columns x r.
void apply_transpose(const ObservedPattern& pattern, const Vector& q, const Factor& u, Factor& out);

/// Q v for one vector.
void apply(const ObservedPattern& pattern, const Vector& q, const Vector& v, Vector& out);

/// q as apply_transpose_by_column reads it, for many products with one vector: column by column
/// where there are no tiles. Gathering it again each time would cost three times as much as the
/// product itself.
Vector in_column_order(const ObservedPattern& pattern, const Vector& q);
/// Q^T u for one vector; by_column: in_column_order of q.
void apply_transpose_by_column(const ObservedPattern& pattern, const Vector& by_column,
                               const Vector& u, Vector& out);

/// Sums over the observed entries along a line of factors, on which the prediction changes by
/// t z1 + t^2 z2 with z1 = u dv^T + du v^T and z2 = du dv^T; e: the residual, w: weights.
struct LineSums {
  double e1 = 0, e2 = 0;             ///< sum e z1, sum e z2
  double w11 = 0, w12 = 0, w22 = 0;  ///< sum w z1^2, sum w z1 z2, sum w z2^2
  LineSums& operator+=(const LineSums& other);
};
/// In one pass that stores nothing. weight empty: ones.
LineSums line_sums(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                   const Factor& du, const Factor& dv, const Vector& residual,
                   const Vector& weight);

/// Derivative of the gradient of a bilinear model along a direction, in single precision:
///   s = Hessian of the loss * (u dv^T + du v^T),   hu = S v - R dv,   hv = S^T u - R^T du,
/// with R holding `residual`. u, du: rows x r; v, dv: columns x r.
class BilinearHessian {
 public:
  /// The pattern must outlive the object.
  BilinearHessian(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                  const Vector& residual);

  /// Loss is anything with apply_hessian(s).
  template <class Loss>
  void operator()(const Loss& loss, const SingleFactor& du, const SingleFactor& dv,
                  SingleFactor& hu, SingleFactor& hv) {
    u_.rightCols(r_) = du;
    v_.rightCols(r_) = dv;
    sampled_direction();
    Vector s = s_.cast<double>();
    loss.apply_hessian(s);
    s_ = s.cast<float>();
    row_pass(hu);
    column_pass(hv);
  }

 private:
  void sampled_direction();
  void row_pass(SingleFactor& hu);
  void column_pass(SingleFactor& hv);

  const ObservedPattern& pattern_;
  Index r_;
  SingleVector residual_, s_;
  SingleFactor u_, v_;  ///< each row holds the factor's row, then the direction's
};

}  // namespace hadal
