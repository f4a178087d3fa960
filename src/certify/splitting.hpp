#pragma once

#include <vector>

#include "dual_norm.hpp"

/// Douglas-Rachford splitting for
///   min over X_k with sum_k L_k X_k = Q of  max_k dual_k(X_k) / weight_k,
/// each L_k the identity or the adjoint of a graph's differences.
namespace hadal {

/// Eigenvalues, ascending, of a symmetric matrix given by its lower triangle, and the vectors in
/// its place. False if LAPACK fails, which it only does on values that are not finite.
bool symmetric_eigen(Matrix& a, Vector& values, bool vectors);

/// One X_k, and what the iteration keeps of it.
struct SplitPart {
  enum class Kind {
    cover,     ///< X <= 0, without a dual norm: -N
    spectral,  ///< sigma_1
    grouped    ///< a norm of dual_norm.hpp
  };
  Kind kind = Kind::grouped;
  DualNorm dual{};
  double weight = 1;
  Factor x;     ///< the maximum's proximal point
  Factor y;     ///< the nearest point that keeps the sum
  Factor z;     ///< the state
  Vector size;  ///< magnitudes or singular values of 2 y - z
};

class Splitting {
 public:
  /// Precondition: rows >= columns, and a spectral part is not empty.
  Splitting(const Factor& q, const FactorNorm& u, const FactorNorm& v);

  const std::vector<SplitPart>& parts() const { return parts_; }
  /// Sets the state; to be followed by `iterate`.
  std::vector<SplitPart>& state() { return parts_; }

  void iterate();

  /// The largest ratio for the parts x, what they leave of Q being added to the last part; an
  /// estimate, without rounding.
  double value() const;

 private:
  void add_part_of(NormTerm row, NormTerm column);
  void keep_sum();
  void solve(Factor& residual) const;
  double level();
  void approach(SplitPart& part, double radius) const;

  const Factor& q_;
  const FactorNorm &u_, &v_;
  std::vector<SplitPart> parts_;
  /// Of the proximal step, relative to the Frobenius norm of Q (on a residual of images,
  /// 0.1 to 0.5 do nearly equally well, 0.01 converges many times slower).
  static constexpr double step_ratio = 0.5;
  double step_ = 0, level_ = 0;
  Matrix vectors_;  ///< eigenvectors of the spectral part's Gram matrix
};

}  // namespace hadal
