#pragma once

#include "hadal/types.hpp"

/// The squared k-support norm of singular values, the penalty that dropping blocks of k hidden
/// units makes: N_k(x)^2 is the largest convex function below ||x||_2^2 on vectors of at most k
/// non-zeros (Argyriou, Foygel and Srebro 2012; for dropout Pal, Lane, Vidal and Haeffele 2020). k
/// = 1 is the squared sum, of a matrix the squared nuclear norm; its dual norm is the 2-norm of the
/// k largest. All vectors here are non-negative and non-increasing.
namespace hadal::dropout {

/// N_k(x)^2. Precondition: k >= 1.
double squared_support_norm(const Vector& x, Index k);

/// The 2-norm of the k largest elements, squared: the dual norm's square.
double squared_largest(const Vector& x, Index k);

/// A g with <g, x> = N_k(x) times the dual norm of g: x itself where it is large, the mean of the
/// rest elsewhere. Non-negative and non-increasing.
Vector support_dual(const Vector& x, Index k);

/// The minimiser of ||s - x||^2 + strength N_k(x)^2.
struct SupportShrinkage {
  Vector values;         ///< x, non-negative and non-increasing
  Vector dual;           ///< s - x
  double threshold = 0;  ///< values of s up to this one are shrunk to zero
  Index support = 0;     ///< how many elements of x are positive
};

/// In closed form after the breakpoints of its one equation, sum_i min(1, strength (s_i / t - 1)_+)
/// = k for the threshold t. Precondition: strength >= 0, k >= 1, s >= 0 and non-increasing.
SupportShrinkage shrink(const Vector& s, double strength, Index k);

/// For any e: min over x of ||s - x||^2 + strength N_k(x)^2 is at least
///   ||s||^2 - (||s - e||^2 + squared_largest(e, k) / strength),
/// with equality at the dual of `shrink`. Returns an upper bound of the bracket, rounding included,
/// which grows with every element of s where e <= s. strength = 0 needs e = 0.
long double explained_at_most(const Vector& s, const Vector& e, double strength, Index k);

}  // namespace hadal::dropout
